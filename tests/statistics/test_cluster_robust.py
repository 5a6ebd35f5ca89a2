"""CR2 against clubSandwich 0.5.8, and by its definition where PyMARE's form differs."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.cluster_robust import cluster_robust
from tests.validation.metafor.datasets import published_effects


@pytest.fixture(scope="module")
def calendars():
    return {study.name: study for study in published_effects() if study.clusters}


def test_equal_variances_within_clusters(calendars):
    """robust(rma(yi, vi), cluster = district, clubSandwich = TRUE)."""
    study = calendars["konstantopoulos2011-even"]
    found = cluster_robust(study.effects, study.variances, study.clusters)
    assert (found.k, found.clusters) == (56, 11)
    assert found.estimate == pytest.approx(0.12680491539, rel=1e-9)
    assert found.se == pytest.approx(0.078192212836, rel=1e-9)
    assert found.interval.df == pytest.approx(7.3634941876, rel=1e-9)
    assert found.p == pytest.approx(0.14677969164, rel=1e-8)
    assert not found.few_clusters


def whitened_cr2(y: np.ndarray, v: np.ndarray, labels: np.ndarray) -> float:
    """The standard error with (I - H) raised to -1/2 in the whitened metric, literally."""
    w = 1 / v
    bread = 1 / w.sum()
    residual = y - (w @ y) * bread
    meat = 0.0
    for label in set(labels.tolist()):
        x = np.sqrt(w[labels == label])
        values, vectors = np.linalg.eigh(np.eye(len(x)) - np.outer(x, x) * bread)
        root = vectors @ np.diag(values**-0.5) @ vectors.T
        meat += float(x @ root @ (x * residual[labels == label])) ** 2
    return bread * meat**0.5


def test_unequal_variances_within_clusters(calendars):
    """PyMARE takes the root in the whitened metric; clubSandwich's gives 0.0782212396."""
    study = calendars["konstantopoulos2011"]
    found = cluster_robust(study.effects, study.variances, study.clusters)
    by_definition = whitened_cr2(
        study.effects, study.variances + found.tau2, np.array(study.clusters)
    )
    assert found.se == pytest.approx(by_definition, rel=1e-10)
    assert found.se == pytest.approx(0.0782212396, rel=1e-3)


def test_few_clusters_are_said_to_be_few():
    found = cluster_robust(
        [0.1, 0.4, 0.2, 0.3, 0.9], [0.01, 0.01, 0.02, 0.02, 0.3], ["a", "a", "b", "b", "c"]
    )
    assert found.few_clusters
    assert found.interval.df < 4


@pytest.mark.parametrize(
    ("clusters", "message"), [(["a", "a"], "at least 2 trials"), (["a"], "1 cluster labels")]
)
def test_unusable_clusters_are_refused(clusters, message):
    with pytest.raises(ValueError, match=message):
        cluster_robust([0.1, 0.2], [0.1, 0.1], clusters)
