"""The protocol as a page: every setting the review was made with."""

from __future__ import annotations

from analysis.evidence.selection import printed_rule
from analysis.formatting import listed, percent_level
from analysis.pages.html import Html, element, items, join, paragraph, table, terms
from analysis.protocol import OutcomeMeasure, Protocol
from analysis.synthesis.sensitivity import ASYMMETRY_TESTS
from analysis.synthesis.wording.interval_sentences import companion_stated, rule_of
from analysis.synthesis.wording.page_sentences import MODEL_NAMES


def introduction() -> Html:
    return paragraph(
        "This page prints ",
        element("code", "data/protocol.yml"),
        ". The plan of pages, every rule and every threshold are read from that file.",
    )


def question(protocol: Protocol) -> Html:
    """Who, what, against what, in which trials, when."""
    rule = protocol.eligibility
    return terms(
        {
            "Participants": rule.participants,
            "Intervention": rule.intervention,
            "Comparator": rule.comparator,
            "Design": rule.design,
            "Smallest arm at extraction": f"{rule.minimum_arm_size} participants; "
            f"the arm size is read from: {listed(rule.arm_size_from)}, in this order",
            "Conditions": listed([f"{c.label} ({c.description})" for c in protocol.conditions]),
            "Time points": listed([t.in_full for t in protocol.timepoints]),
            "Inactive comparators": listed(protocol.comparators.inactive),
        }
    )


def exclusion_criteria(protocol: Protocol) -> Html:
    """Why reports are excluded, in the order in which it is asked."""
    if not protocol.exclusion_criteria:
        return paragraph("A report is excluded without a criterion: the protocol names none.")
    held_against = dict(protocol.held_against)
    said = (
        element("li", ": ".join(filter(None, (told.in_words(id), held_against.get(id, "")))))
        for told in [protocol.criteria]
        for id in told.ids
    )
    return join(
        (
            paragraph("A report is excluded by the first of these criteria that it fails:"),
            element("ol", *said),
        )
    )


def outcomes(protocol: Protocol) -> Html:
    """Each outcome with its kind, measure and preferred instruments in order."""
    rows = [
        {
            "Outcome": outcome.label,
            "Kind": outcome.kind,
            "Measure": "; ".join(
                (
                    _measure(protocol.measure_of(outcome.id, outcome.measure)),
                    *(
                        f"{_measure(protocol.measure_of(outcome.id, name))} in {condition}"
                        for condition, name in outcome.measure_by_condition.items()
                    ),
                )
            ),
            "Preferred instruments, the first first": ", ".join(outcome.instruments) or "any",
        }
        for outcome in protocol.outcomes
    ]
    pooled = [
        protocol.measure_of(outcome.id, name)
        for outcome in protocol.outcomes
        for name in (outcome.measure, *outcome.measure_by_condition.values())
    ]
    important = dict.fromkeys(
        f"{_measure(found)}: {found.smallest_important_difference or 'none set'}"
        for found in pooled
    )
    return join(
        (
            table(rows, "Outcomes"),
            paragraph(f"Smallest important difference. {'; '.join(important)}."),
            _directions(protocol),
            paragraph(f"Instruments that stand for an outcome: {indirect_instruments(protocol)}."),
        )
    )


def _measure(found: OutcomeMeasure) -> str:
    """`mean difference (hours a night)`; the unit of a standardised one is in its name."""
    return f"{found.label} ({found.unit})" if found.kind.unit is None else found.label


def _directions(protocol: Protocol) -> Html:
    said = [
        f"A higher score is {way}: {listed(names)}."
        for way, names in (
            ("worse", protocol.directions.worse),
            ("better", protocol.directions.better),
        )
        if names
    ]
    return paragraph(" ".join(said)) if said else Html("")


def indirect_instruments(protocol: Protocol) -> str:
    """`diary entries for sleep (they are kept by those who sleep badly)`."""
    named = [
        f"{instrument} for {outcome.label} (it {why})"
        for outcome in protocol.outcomes
        for instrument, why in outcome.indirect_instruments.items()
    ]
    return listed(named) or "none"


def rules(protocol: Protocol) -> Html:
    """Models, intervals, and from how many trials on each analysis is made."""
    rule = protocol.synthesis
    then = {}
    if protocol.baseline_review:
        then["Model of the baseline review"] = MODEL_NAMES[rule.baseline_model]
    return terms(
        {
            "Primary model": MODEL_NAMES[rule.primary_model],
            "Models shown": "; ".join(MODEL_NAMES[model] for model in rule.shown_models),
            **then,
            "Level of the intervals": percent_level(rule.level),
            "Confidence interval": rule_of(protocol),
            "Prediction interval": f"with {rule.prediction_minimum_k} trials or more; in "
            f"headlines with {rule.prediction_headline_minimum_k} or more",
            "Bayesian companion": companion_stated(rule.bayesian),
            "Small-study effects": f"with {rule.small_study_minimum_k} trials or more; "
            f"{ASYMMETRY_TESTS[rule.asymmetry_tests.smd]} regression test for SMDs, "
            f"{ASYMMETRY_TESTS[rule.asymmetry_tests.ratio]} for ratios",
            "Adjusted for baseline": "with a correlation of "
            + (listed([f"{r:g}" for r in rule.baseline_correlations]) or "none"),
            "Influence of single trials": f"with {rule.influence_minimum_k} trials or more",
            "A subgroup": f"{rule.subgroup_minimum_k} trials or more; with "
            f"{rule.subgroup_headline_minimum_k} against each kind of control headlines have both",
            "Meta-regression": f"{rule.trials_per_moderator} trials for each moderator",
            "Arms that share a control": "effects averaged with correlation "
            f"{rule.shared_control_correlation:g}",
            "A mean difference with an SD, or what gives one": "becomes a standardised mean "
            "difference" if rule.convert_mean_difference else "is not converted",
            "Responders in an analysis of mean differences": {
                "sensitivity": "converted in a sensitivity analysis only",
                "never": "not converted",
            }[rule.convert_ratio],
            "Moderators": listed(protocol.moderator_labels),
            "Risk of bias": f"judged with {listed(protocol.risk_of_bias.tools)}"
            if protocol.risk_of_bias.tools
            else "not judged",
            "Large SMD, from which a value is looked at": f"{protocol.integrity.large_smd:g}; all "
            "checks and their thresholds are on the page about data integrity",
            "Certainty": "the rules of GRADE and their thresholds are on the page about the "
            "certainty of the evidence",
        }
    )  # fmt: skip


def selection(protocol: Protocol) -> Html:
    """Which rows may be pooled, and the steps by which one is chosen where there are several."""
    minimum = protocol.eligibility.minimum_arm_size
    return join(
        (
            paragraph(
                "A row may be pooled if its trial is included, it is usable, it lies within the "
                "window of its time point (where it names a week), no arm had fewer than "
                f"{minimum} participants at extraction, and it gives the measure that the "
                "question pools: as reported, computed from the numbers of each arm, or as a mean "
                "difference that can be standardised. Where a trial has several such rows, these "
                "steps choose, each among the rows that the steps before leave equal:"
            ),
            element("ol", *(element("li", step) for step in printed_rule(protocol))),
            paragraph(
                "Where all steps leave rows equal, the one whose name comes first is taken. All "
                "contrasts of the trial that agree with it in the steps to the instrument, in "
                "week and in source, are pooled together. A row that a check finds suspect takes "
                "its trial out of the main analysis; it never yields to the next row."
            ),
        )
    )


def _by_kind(protocol: Protocol) -> dict[str, str]:
    """The sources from which records may come at all, the kinds that PRISMA tells apart."""
    named: dict[str, list[str]] = {}
    for source in protocol.search_sources:
        named.setdefault(f"{source.kind}s".capitalize(), []).append(source.name)
    return {kind: listed(names) for kind, names in named.items()}


def living(protocol: Protocol) -> Html:
    """How often each source is to be searched, what triggers a version, when it ends."""
    rule = protocol.living
    return join(
        (
            terms(
                {
                    "Sources": listed(rule.sources),
                    **_by_kind(protocol),
                    "Licensed: exports are not handed on": listed(rule.licensed) or "none",
                    "Searched every": f"{rule.search_interval_months} months",
                    "Retirement": rule.retirement,
                }
            ),
            paragraph("What triggers a new version:"),
            items(rule.triggers),
        )
    )
