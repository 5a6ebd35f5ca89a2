"""Indirectness: how much of the weight answers another question than the review's."""

from __future__ import annotations

from analysis.formatting import counted
from analysis.protocol_rules import CertaintyRules
from analysis.synthesis.certainty import Body, Step
from analysis.synthesis.grade.rule_numbers import share, threshold_text
from analysis.synthesis.study_effect import StudyEffect


def indirectness(body: Body, rules: CertaintyRules) -> Step:
    """A level where more than half the weight is indirect, by instrument or by trial.

    By trial: the column `indirectness` of studies.csv. By instrument: what the protocol calls
    indirect for the outcome. The weight is printed, so that a person can overrule.
    """
    why = {study.label: reasons for study in body.studies if (reasons := _why(body, study))}
    listed_reasons = "; ".join(f"{label}: {', '.join(reasons)}" for label, reasons in why.items())
    weight = body.weight(study for study in body.studies if study.label in why)
    bound = rules.indirect_weight
    if not why:
        none = "The one trial is not" if body.k == 1 else f"None of {body.k} trials is"
        reason = f"{none} indirect, by its instrument or otherwise."
    elif body.k == 1:
        reason = f"The one trial is indirect ({listed_reasons})."
    else:
        compared = "more than" if weight > bound else "not more than"
        reason = (
            f"{share(weight, bound)} of the weight, {compared} {threshold_text(bound)}, comes from "
            f"{counted(len(why), 'trial')} of {body.k} that {'is' if len(why) == 1 else 'are'} "
            f"indirect ({listed_reasons})."
        )
    return Step(domain="indirectness", levels=int(weight > bound), judged=True, reason=reason)


def _why(body: Body, study: StudyEffect) -> list[str]:
    by_instrument = body.indirect_instruments.get(study.instrument or "")
    said = [study.indirectness] if study.indirectness else []
    return [*said, f"{study.instrument} {by_instrument}"] if by_instrument else said
