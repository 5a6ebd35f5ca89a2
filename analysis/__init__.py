"""Everything that computes in the living review: from data files to pages."""

PROGRAM = "./review"  # as it is typed, in the root of a checkout
