"""The order in which records are read, learned from the decisions so far; never a decision.

The model is ASReview's default, ELAS u4 (van de Schoot 2021, 10.1038/s42256-020-00287-7):
TF-IDF of single words and pairs of title and abstract, a linear support vector machine,
classes weighted 9.8 to 1. It is put together from scikit-learn, which ASReview itself
uses: the `asreview` package needs a web server and a pandas older than this project's.
Tests hold the order against ASReview's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from analysis.files.digests import digest

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


@dataclass(frozen=True)
class Features:
    """The words of every record, then of every example: rows of `matrix` in this order."""

    record_ids: tuple[str, ...]
    answers: tuple[bool, ...]
    matrix: scipy.sparse.csr_matrix

    @cached_property
    def row(self) -> Mapping[str, int]:
        """Record → its row of `matrix`."""
        return {record_id: number for number, record_id in enumerate(self.record_ids)}

    def covers(self, record_ids: Iterable[str]) -> bool:
        return all(record_id in self.row for record_id in record_ids)


def make_features(
    texts: Mapping[str, str], examples: Sequence[tuple[str, bool]] = ()
) -> Features | None:
    """Count the words once; decisions change, texts do not. None without any text.

    `texts` title and abstract by identity; `examples` texts judged elsewhere, such as the
    trials that the review has.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    record_ids = tuple(sorted(texts))
    words = [texts[record_id] for record_id in record_ids] + [text for text, _ in examples]
    vectorizer = TfidfVectorizer(
        ngram_range=NGRAMS, sublinear_tf=True, min_df=1, max_df=LARGEST_SHARE
    )
    try:
        matrix = vectorizer.fit_transform(words)
    except ValueError:  # no word is left: none there, or each in nearly every text
        return None
    return Features(record_ids, tuple(answer for _, answer in examples), matrix)


def rank(
    waiting: Sequence[str],
    labels: Mapping[str, bool],
    features: Features | None,
    seed: int = SEED,
) -> Ranking:
    """Order the records that wait by what `labels` and the examples teach.

    With one class only nothing can be learned: the order is then random, by the seed. The
    same arguments give the same order.
    """
    ordered = random_order(waiting, seed)
    answers = [*labels.values(), *(features.answers if features else ())]
    relevant, irrelevant = answers.count(True), answers.count(False)
    if not (ordered and relevant and irrelevant and features):
        return Ranking(ordered, "random order", seed, relevant, irrelevant)
    row = features.row
    judged = sorted(labels)
    examples = range(len(row), len(row) + len(features.answers))
    scores = _scores(
        features.matrix[[*(row[record_id] for record_id in judged), *examples]],
        [*(labels[record_id] for record_id in judged), *features.answers],
        features.matrix[[row[record_id] for record_id in ordered]],
        seed,
    )
    # Stable: what scores alike stays in random order.
    best_first = (-scores).argsort(kind="stable")
    return Ranking(tuple(ordered[i] for i in best_first), MODEL, seed, relevant, irrelevant)


def _scores(
    known: scipy.sparse.csr_matrix,
    answers: Sequence[bool],
    waiting: scipy.sparse.csr_matrix,
    seed: int,
) -> np.ndarray:
    """How far each waiting record lies on the relevant side, learned from the known ones."""
    import numpy as np
    from sklearn.svm import LinearSVC

    answer = np.array(answers, dtype=int)
    light = answer.sum() / (RELEVANT_TO_IRRELEVANT * (answer == 0).sum())
    weights = np.where(answer == 1, 1.0, light)
    weights *= len(answer) / weights.sum()
    classifier = LinearSVC(C=PENALTY, loss="squared_hinge", random_state=seed)
    classifier.fit(known, answer, sample_weight=weights)
    return classifier.decision_function(waiting)


def random_order(record_ids: Iterable[str], seed: int) -> tuple[str, ...]:
    """One random order of all records there may be: what is left of it is as random as the whole.

    A list shuffled anew by one seed after each decision would be read at the same few places.
    """
    return tuple(sorted(record_ids, key=lambda record_id: digest(f"{seed} {record_id}")))
