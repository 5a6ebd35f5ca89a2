"""The commands, a module a subject: parse, call, say what happened and what comes next."""
