"""A new review: what is asked of a team, and the files that follow from its answers."""
