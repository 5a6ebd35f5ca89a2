from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from analysis.screening import ranking
from analysis.screening.ranking import Ranking, make_features, rank
from tests.screening.reference.inputs import JUDGED, SEED, ranking_input

REFERENCE = json.loads(
    (Path(__file__).parent / "reference/values.json").read_text(encoding="utf-8")
)["ranking"]


def ranked(texts, labels, examples=(), seed: int = SEED) -> Ranking:
    waiting = [record_id for record_id in texts if record_id not in labels]
    return rank(waiting, labels, make_features(texts, examples), seed)


def test_the_order_is_that_of_asreview() -> None:
    found = ranked(*ranking_input())
    assert list(found.order) == REFERENCE["order"]
    assert (found.model, found.seed) == ("ELAS u4", SEED)


def test_the_decision_values_are_those_of_asreview() -> None:
    texts, labels = ranking_input()
    features = make_features(texts)
    assert features is not None
    matrix = features.matrix
    scores = ranking._scores(matrix[:JUDGED], list(labels.values()), matrix[JUDGED:], SEED)
    assert scores.tolist() == pytest.approx(REFERENCE["scores"], abs=1e-6)


def test_the_order_of_the_input_does_not_matter() -> None:
    texts, labels = ranking_input()
    backwards = dict(reversed(texts.items()))
    assert ranked(backwards, dict(reversed(labels.items()))) == ranked(texts, labels)


def test_with_one_class_the_order_is_random_by_the_seed() -> None:
    texts, _ = ranking_input()
    first, again, other = ranked(texts, {}), ranked(texts, {}), ranked(texts, {}, seed=2)
    assert first == again
    assert first.order != other.order
    assert set(first.order) == set(texts)
    assert first.model == "random order"


def test_what_is_read_in_random_order_is_a_random_sample() -> None:
    """Read ten at a time, with the order made anew each time, as in a sitting."""
    waiting = {f"r{number:05d}" for number in range(2333)}
    labels: dict[str, bool] = {}
    for _ in range(100):
        for record_id in rank(sorted(waiting), labels, None).order[:10]:
            waiting.discard(record_id)
            labels[record_id] = False
    tenths = Counter(int(record_id[1:]) * 10 // 2333 for record_id in labels)
    # Of 1000 of 2333 a tenth has 100, with a standard deviation of 7.2.
    assert len(tenths) == 10
    assert all(70 < number < 130 for number in tenths.values())


def test_records_that_score_alike_are_not_read_in_the_order_of_the_file() -> None:
    texts = {f"r{number:03d}": "therapy for pain" for number in range(50)}
    texts |= {"yes": "therapy for pain by internet", "no": "surgery of the knee"}
    found = ranked(texts, {"yes": True, "no": False})
    assert found.model == "ELAS u4"
    assert list(found.order) != sorted(found.order)


def test_examples_from_elsewhere_teach_before_any_decision() -> None:
    texts = {"a": "exercise for knees", "b": "internet therapy for pain", "c": "surgery of knees"}
    examples = [("internet-delivered therapy for pain", True), ("exercise and surgery", False)]
    found = ranked(texts, {}, examples)
    assert found.order[0] == "b"
    assert (found.relevant, found.irrelevant) == (1, 1)


def test_a_judged_record_is_not_in_the_queue() -> None:
    texts, labels = ranking_input()
    assert not set(ranked(texts, labels).order) & set(labels)


@pytest.mark.parametrize("text", ["", "a", "! ?"])
def test_records_without_words_are_read_in_random_order(text: str) -> None:
    texts = {"a": text, "b": text, "c": text, "d": text}
    found = ranked(texts, {"a": True, "b": False})
    assert found.model == "random order"
    assert set(found.order) == {"c", "d"}
