"""The order in which records are read, learned from the decisions so far; never a decision.

The model is ASReview's default, ELAS u4 (van de Schoot 2021, 10.1038/s42256-020-00287-7):
TF-IDF of single words and pairs of title and abstract, a linear support vector machine,
classes weighted 9.8 to 1. It is put together from scikit-learn, which ASReview itself
uses: the `asreview` package needs a web server and a pandas older than this project's.
Tests hold the order against ASReview's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import scipy.sparse

MODEL = "ELAS u4"
SEED = 20131113
NGRAMS = (1, 2)
LARGEST_SHARE = 0.95
PENALTY = 0.11
RELEVANT_TO_IRRELEVANT = 9.8


@dataclass(frozen=True)
class Ranking:
    """Records to read, the most promising first, and what the order was learned from."""

    order: tuple[str, ...]
    model: str
    seed: int
    relevant: int
    irrelevant: int


def rank(
    texts: Mapping[str, str],
    labels: Mapping[str, bool],
    examples: Sequence[tuple[str, bool]] = (),
    seed: int = SEED,
) -> Ranking:
    """Order the records of `texts` that `labels` has no decision on.

    `texts` title and abstract by identity; `examples` texts judged elsewhere, such as the
    trials that the review has. With one class only nothing can be learned: the order is
    then random, by the seed. The same arguments give the same order.
    """
    record_ids = sorted(texts)
    waiting = [record_id for record_id in record_ids if record_id not in labels]
    judged = [record_id for record_id in record_ids if record_id in labels]
    answers = [labels[record_id] for record_id in judged] + [answer for _, answer in examples]
    relevant, irrelevant = answers.count(True), answers.count(False)
    if not (waiting and relevant and irrelevant):
        return Ranking(_shuffled(waiting, seed), "random order", seed, relevant, irrelevant)
    features = _features([texts[r] for r in (*waiting, *judged)] + [text for text, _ in examples])
    scores = _scores(features, len(waiting), answers, seed)
    # Stable: what scores alike stays in order of identity.
    order = (-scores).argsort(kind="stable")
    return Ranking(tuple(waiting[i] for i in order), MODEL, seed, relevant, irrelevant)


def _features(texts: Sequence[str]) -> scipy.sparse.csr_matrix:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        ngram_range=NGRAMS, sublinear_tf=True, min_df=1, max_df=LARGEST_SHARE
    )
    return vectorizer.fit_transform(texts)


def _scores(
    features: scipy.sparse.csr_matrix, waiting: int, answers: Sequence[bool], seed: int
) -> np.ndarray:
    import numpy as np
    from sklearn.svm import LinearSVC

    answer = np.array(answers, dtype=int)
    light = answer.sum() / (RELEVANT_TO_IRRELEVANT * (answer == 0).sum())
    weights = np.where(answer == 1, 1.0, light)
    weights *= len(answer) / weights.sum()
    classifier = LinearSVC(C=PENALTY, loss="squared_hinge", random_state=seed)
    classifier.fit(features[waiting:], answer, sample_weight=weights)
    return classifier.decision_function(features[:waiting])


def _shuffled(record_ids: Sequence[str], seed: int) -> tuple[str, ...]:
    import random

    return tuple(random.Random(seed).sample(record_ids, len(record_ids)))
