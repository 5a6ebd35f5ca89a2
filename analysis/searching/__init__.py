"""Searches: exports to records without duplicates, what was searched, and what is due."""
