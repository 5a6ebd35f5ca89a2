"""Meta-analysis on plain arrays: effects and variances in, frozen results out.

Knows nothing of this review. Effects of ratios are on the log scale, tau2 is a
variance on the scale of the effects, I2 is a percentage.
"""

import numpy  # noqa: F401

from analysis.imports import deferred

# SciPy takes over all names of NumPy, among them its compiler of Fortran, its polynomials and what
# tests are written with, long to import.
with deferred("numpy.f2py", "numpy.polynomial", "numpy.testing"):
    import scipy.special  # noqa: F401
