"""What must hold of the evidence of today, whatever it is.

Nothing here may know a number, a name or a decision: an ordinary update changes them all. What
asserts those reads the frozen review (`tests/evidence/folder.py`). The book that is built of
today's evidence is held to the same rule in `tests/site/`.
"""
