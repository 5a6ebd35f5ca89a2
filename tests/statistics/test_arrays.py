"""Effects and variances are checked once, before anything is computed."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.arrays import checked_studies


@pytest.mark.parametrize(
    ("effects", "variances", "message"),
    [
        ([], [], "no studies"),
        ([0.1, 0.2], [0.1], "2 effects but 1 variances"),
        ([0.1, 0.2], [0.1, 0.0], "variance of study 2 is 0.0"),
        ([0.1, 0.2], [-0.1, 0.1], "variance of study 1 is -0.1"),
        ([0.1, 0.2], [0.1, np.nan], "variance of study 2 is nan"),
        ([0.1, 0.2], [np.inf, 0.1], "variance of study 1 is inf"),
        ([0.1, np.nan], [0.1, 0.1], "effect of study 2 is nan"),
        ([-np.inf, 0.1], [0.1, 0.1], "effect of study 1 is -inf"),
        ([0.1, 0.2, 0.3], [0.1, 1e-12, 0.2], "study 2 is 1e-12 and of study 3 is 0.2"),
        ([[0.1, 0.2]], [[0.1, 0.2]], "one-dimensional"),
        (0.1, 0.2, "one-dimensional"),
        (["a", "b"], [0.1, 0.2], "could not convert"),
        ([0.1, None], [0.1, 0.2], "effect of study 2 is nan"),
    ],
)
def test_unusable_input_is_refused(effects, variances, message):
    with pytest.raises(ValueError, match=message):
        checked_studies(effects, variances)


def test_usable_input_comes_back_as_arrays():
    effects, variances = checked_studies((1, 2), [3, 4])
    np.testing.assert_array_equal(effects, [1.0, 2.0])
    np.testing.assert_array_equal(variances, [3.0, 4.0])
    assert effects.dtype == variances.dtype == float
