"""Published data sets and, beside each, what metafor and its documentation print for it."""

from __future__ import annotations

import numpy as np

# BCG vaccine trials (Colditz et al. 1994; metadat dat.bcg): tpos tneg cpos cneg.
BCG = np.array(
    [
        (4, 119, 11, 128),
        (6, 300, 29, 274),
        (3, 228, 11, 209),
        (62, 13536, 248, 12619),
        (33, 5036, 47, 5761),
        (180, 1361, 372, 1079),
        (8, 2537, 10, 619),
        (505, 87886, 499, 87892),
        (29, 7470, 45, 7232),
        (17, 1699, 65, 1600),
        (186, 50448, 141, 27197),
        (5, 2493, 3, 2338),
        (27, 16886, 29, 17825),
    ],
    dtype=float,
)
BCG_TABLES = (BCG[:, 0], BCG[:, 0] + BCG[:, 1], BCG[:, 2], BCG[:, 2] + BCG[:, 3])

# Teacher expectancy (Raudenbush 1985; metadat dat.raudenbush1985).
RAUDENBUSH_EFFECTS = np.array(
    [
        0.03, 0.12, -0.14, 1.18, 0.26, -0.06, -0.02, -0.32, 0.27, 0.80,
        0.54, 0.18, -0.02, 0.23, -0.18, -0.06, 0.30, 0.07, -0.07,
    ]
)  # fmt: skip
RAUDENBUSH_VARIANCES = np.array(
    [
        0.0156, 0.0216, 0.0279, 0.1391, 0.1362, 0.0106, 0.0106, 0.0484, 0.0269, 0.0630,
        0.0912, 0.0497, 0.0835, 0.0841, 0.0253, 0.0279, 0.0193, 0.0088, 0.0303,
    ]
)  # fmt: skip

# Viechtbauer 2005, example 1.
VIECHTBAUER_EFFECTS = np.array(
    [-0.581, 0.530, 0.771, 1.031, 0.553, 0.295, 0.078, 0.573, -0.176, -0.232]
)
VIECHTBAUER_VARIANCES = np.array(
    [0.023, 0.052, 0.060, 0.115, 0.095, 0.203, 0.200, 0.211, 0.051, 0.040]
)

# Length of stay after stroke (Normand 1999; metadat dat.normand1999): n m sd n m sd.
NORMAND = np.array(
    [
        (155, 55, 47, 156, 75, 64),
        (31, 27, 7, 32, 29, 4),
        (75, 64, 17, 71, 119, 29),
        (18, 66, 20, 18, 137, 48),
        (8, 14, 8, 13, 18, 11),
        (57, 19, 7, 52, 18, 4),
        (34, 52, 45, 33, 41, 34),
        (110, 21, 16, 183, 31, 27),
        (60, 30, 27, 52, 23, 20),
    ],
    dtype=float,
)

# Invented: no empty cell; none in arm 1; none in arm 2; everybody in arm 1. Events, total.
ZERO_CELL_TABLES = ([12, 0, 7, 30], [100, 40, 50, 30], [20, 5, 0, 25], [98, 45, 52, 31])
