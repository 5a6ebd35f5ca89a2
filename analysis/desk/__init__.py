"""The desk: the same calls as the commands, as pages on this machine: a form in, a file saved."""

PORT = 8010
