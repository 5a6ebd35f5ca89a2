"""Everything that computes in the living review: from data files to pages."""
