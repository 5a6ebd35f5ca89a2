"""Meta-analysis on plain arrays: effects and variances in, frozen results out.

Knows nothing of this review. Effects of ratios are on the log scale, tau2 is a
variance on the scale of the effects, I2 is a percentage.
"""
