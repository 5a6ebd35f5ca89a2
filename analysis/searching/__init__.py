"""Searches: what was searched, when, and what is due."""
