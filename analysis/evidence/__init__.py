"""From files to the rows that are pooled: columns, load, eligibility, selection, effects."""
