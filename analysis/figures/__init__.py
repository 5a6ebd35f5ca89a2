"""Figures: each module draws one kind of figure from finished numbers and computes none."""
