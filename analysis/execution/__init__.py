"""Notebooks to pages: what is stale, forks that execute it; knows nothing of the review."""
