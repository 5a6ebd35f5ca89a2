"""Figures: each module draws one kind of figure from finished numbers and computes none."""

from analysis.imports import undescribed_artists

with undescribed_artists():
    import matplotlib.figure  # noqa: F401
