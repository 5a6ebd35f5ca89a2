"""Write `values.json`: what ASReview and buscarpy answer (see README.md)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from asreview.learner import ActiveLearningCycle
from asreview.models.models import get_ai_config
from buscarpy import calculate_h0

from tests.screening.reference.inputs import JUDGED, SEED, STOPPING, ranking_input


def ranking() -> dict[str, object]:
    texts, labels = ranking_input()
    record_ids = list(texts)
    frame = pd.DataFrame({"title": list(texts.values()), "abstract": ""})
    cycle = ActiveLearningCycle.from_meta(get_ai_config("elas_u4")["value"])
    cycle.classifier.set_params(random_state=SEED)
    features = cycle.transform(frame)
    cycle.fit(features[:JUDGED], np.array([int(labels[r]) for r in record_ids[:JUDGED]]))
    waiting = features[JUDGED:]
    order = [record_ids[JUDGED + i] for i in cycle.rank(waiting)]
    return {"order": order, "scores": cycle.classifier.decision_function(waiting).tolist()}


def stopping() -> list[float]:
    return [
        float(calculate_h0(np.array(case.relevant, dtype=int), case.records, case.target))
        for case in STOPPING
    ]


if __name__ == "__main__":
    values = {"ranking": ranking(), "stopping": stopping()}
    path = Path(__file__).with_name("values.json")
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
