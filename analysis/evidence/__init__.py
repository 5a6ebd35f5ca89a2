"""From files to the rows that are pooled: schemas, load, eligibility, selection, effects."""
