"""From the evidence to the `Synthesis` of a question: select, compute, pool, compare, say it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from analysis.evidence.eligibility import ArmSizes, arm_sizes
from analysis.evidence.integrity import findings, reasons_to_keep_out
from analysis.evidence.rows import Decision, Evidence, OutcomeRow, Published, Trial
from analysis.evidence.selection import RowSetAside, rows_of, select
from analysis.evidence.trial_effects import TrialEffect, trial_effect
from analysis.files.digests import digest
from analysis.protocol import Question, SynthesisRules
from analysis.statistics.estimates import PooledEffect
from analysis.statistics.intervals import critical_value
from analysis.statistics.pooling import pool, with_interval
from analysis.synthesis.certainty import Body, rate
from analysis.synthesis.clinical_terms import clinical, reference_sd
from analysis.synthesis.interval_rule import effects_of, pool_by_protocol
from analysis.synthesis.model import Comparison, Provenance, PublishedEstimate, SetAside, Synthesis
from analysis.synthesis.sensitivity import ContrastRows, robustness
from analysis.synthesis.study_effect import (
    DomainJudgement,
    Judgement,
    Measure,
    RiskOfBias,
    StudyEffect,
)
from analysis.synthesis.wording import sentences

PACKAGES = ("pymare", "numpy", "scipy", "pandas")


@dataclass(frozen=True)
class TrialRows:
    """The rows chosen for one trial in one question, and the effect they give."""

    rows: tuple[OutcomeRow, ...]
    effect: TrialEffect

    @property
    def study_id(self) -> str:
        return self.rows[0].study_id


@dataclass(frozen=True)
class QuestionRows:
    """A question's pooled rows by trial, and those set aside."""

    trials: tuple[TrialRows, ...]
    set_aside: tuple[RowSetAside, ...]


def question_rows(evidence: Evidence, question: Question) -> QuestionRows:
    """Select the rows of a question and compute each trial's effect."""
    measure = evidence.protocol.measure_name(question)
    selection = select(evidence, question)
    trials, set_aside = [], list(selection.set_aside)
    for rows in selection.chosen:
        try:
            split = evidence.splits_control(rows[0].study_id, rows[0].source_id)
            effect = trial_effect(evidence.protocol, measure, rows, split_control=split)
            trials.append(TrialRows(rows, effect))
        except ValueError as error:
            set_aside += [
                RowSetAside(row.study_id, row.row_id, "not estimable", str(error)) for row in rows
            ]
    return QuestionRows(tuple(trials), tuple(set_aside))


def synthesise_all(evidence: Evidence) -> Mapping[str, Synthesis]:
    """The synthesis of every question of the protocol, by its key."""
    rows = {question: question_rows(evidence, question) for question in evidence.protocol.questions}
    findings = find_suspects(evidence, rows)
    return {
        question.key: _synthesis(evidence, question, rows[question], findings) for question in rows
    }


def synthesise(evidence: Evidence, question: Question) -> Synthesis:
    """The synthesis of one question; the others are read only to judge implausible effects."""
    rows = {other: question_rows(evidence, other) for other in evidence.protocol.questions}
    return _synthesis(evidence, question, rows[question], find_suspects(evidence, rows))


Findings = Mapping[tuple[str, str], tuple[str, ...]]


def find_suspects(evidence: Evidence, rows: Mapping[Question, QuestionRows]) -> Findings:
    """Why trials are kept out, by trial and question: open findings, and what a person excluded."""
    found = findings(evidence)
    reasons = {
        (trial.study_id, question.key): reasons_to_keep_out(
            found, trial.study_id, tuple(row.row_id for row in trial.rows)
        )
        for question, of_question in rows.items()
        for trial in of_question.trials
    }
    return {place: said for place, said in reasons.items() if said}


def _synthesis(
    evidence: Evidence, question: Question, rows: QuestionRows, findings: Findings
) -> Synthesis:
    protocol = evidence.protocol
    rule = protocol.measures[protocol.measure_name(question)]
    measure = Measure(
        name=protocol.measure_name(question),
        label=rule.label,
        ratio=rule.ratio,
        benefit_above=rule.benefit_above,
    )
    studies = tuple(
        _study(evidence, trial, findings.get((trial.study_id, question.key), ()))
        for trial in rows.trials
    )
    primary = pool_by_protocol(
        protocol.synthesis, [study for study in studies if not study.suspect]
    )
    studies = _with_weights(studies, primary)
    pooled = tuple(study for study in studies if not study.suspect)
    n_total, n_unknown = participants(pooled)
    sensitivity = robustness(
        protocol.synthesis,
        protocol.moderators,
        pooled,
        primary,
        _contrasts(evidence, question, rows, {study.study_id for study in pooled}),
    )
    certainty = None
    if primary:
        body = Body(
            measure=measure,
            smallest_important_difference=rule.smallest_important_difference,
            studies=pooled,
            primary=primary,
            n_total=n_total,
            n_unknown=n_unknown,
            egger=sensitivity.small_study.egger if sensitivity.small_study else None,
        )
        certainty = rate(protocol, body, _decisions(evidence, question))
    reexpressed = clinical(
        evidence, question, measure, pooled, primary, _suspects_of(question.outcome, findings)
    )
    return Synthesis(
        question=question,
        title=protocol.question_title(question),
        measure=measure,
        smallest_important_difference=rule.smallest_important_difference,
        level=protocol.synthesis.level,
        studies=studies,
        k=len(pooled),
        n_total=n_total,
        n_unknown=n_unknown,
        primary=primary,
        models=_models(protocol.synthesis, pooled),
        comparisons=_comparisons(protocol.synthesis, studies),
        robustness=sensitivity,
        certainty=certainty,
        clinical=reexpressed,
        published=_published(evidence, question),
        baseline_without_data=_baseline_without_data(evidence, question, studies),
        set_aside=_set_aside(evidence, rows.set_aside),
        sentences=sentences(
            protocol,
            question,
            measure,
            studies,
            primary,
            certainty,
            reexpressed,
            n_total,
            n_unknown,
        ),
        provenance=_provenance(evidence, question, findings),
    )


def _decisions(evidence: Evidence, question: Question) -> tuple[Decision, ...]:
    return tuple(
        decision
        for decision in evidence.decisions
        if (decision.condition, decision.outcome, decision.timepoint)
        == (question.condition, question.outcome, question.timepoint)
    )


def _suspects_of(outcome: str, findings: Findings) -> frozenset[str]:
    """Trials with a suspect value of this outcome at any time point."""
    return frozenset(study_id for study_id, key in findings if key.split(".")[1] == outcome)


def _contrasts(
    evidence: Evidence, question: Question, rows: QuestionRows, pooled: set[str]
) -> ContrastRows:
    """Every contrast of the pooled trials by itself, dependent within its trial."""
    measure = evidence.protocol.measure_name(question)
    each = [
        (trial.study_id, trial_effect(evidence.protocol, measure, [row]))
        for trial in rows.trials
        if trial.study_id in pooled
        for row in trial.rows
    ]
    return ContrastRows(
        effects=tuple(effect.effect for _, effect in each),
        variances=tuple(effect.variance for _, effect in each),
        trials=tuple(study_id for study_id, _ in each),
    )


def participants(studies: Sequence[StudyEffect]) -> tuple[int | None, int]:
    """Participants together, and in how many trials their number is not known."""
    known = [study.n_total for study in studies if study.n_total is not None]
    return (sum(known) if known else None), len(studies) - len(known)


def _models(rules: SynthesisRules, studies: Sequence[StudyEffect]) -> tuple[PooledEffect, ...]:
    if len(studies) < 2:
        return ()
    effects, variances = effects_of(studies)
    results = []
    for model in rules.shown_models:
        pooled = pool(effects, variances, model=model, level=rules.level)
        results.append(pooled)
        if model != "common":
            results.append(with_interval(pooled, effects, variances, "hartung-knapp"))
    if rules.primary_model in rules.shown_models:
        effects_model = pool(effects, variances, model=rules.primary_model, level=rules.level)
        results.append(
            with_interval(effects_model, effects, variances, "hartung-knapp-conservative")
        )
    return tuple(results)


def _comparisons(rules: SynthesisRules, studies: tuple[StudyEffect, ...]) -> tuple[Comparison, ...]:
    pooled = tuple(study for study in studies if not study.suspect)
    comparisons = []
    if len(pooled) < len(studies):
        comparisons.append(
            _compare(rules, "with suspect trials", "trials with a suspect value included", studies)
        )
    baseline = tuple(study for study in studies if study.in_baseline_review)
    comparisons.append(_as_in_2014(rules, baseline))
    filters: tuple[tuple[str, str, Callable[[StudyEffect], bool]], ...] = (
        ("baseline trials", "trials of the baseline review, present methods",
         lambda study: study.in_baseline_review),
        ("later trials", "trials that came after the baseline review",
         lambda study: not study.in_baseline_review),
        ("inactive comparator", "therapy against waiting list, usual care or no treatment",
         lambda study: study.comparator_kind == "inactive"),
        ("active comparator", "therapy against an active control",
         lambda study: study.comparator_kind == "active"),
        ("without high risk of bias", "trials at high risk of bias left out",
         lambda study: study.risk_of_bias.overall != "high"),
        ("arm-level data only", "trials that report means or events of each arm",
         lambda study: study.variance_from == "arm data"),
    )  # fmt: skip
    comparisons += [
        _compare(rules, name, description, tuple(filter(keeps, pooled)))
        for name, description, keeps in filters
    ]
    return tuple(comparisons)


def _compare(
    rules: SynthesisRules, name: str, description: str, studies: tuple[StudyEffect, ...]
) -> Comparison:
    return _comparison(name, description, studies, pool_by_protocol(rules, studies))


def _as_in_2014(rules: SynthesisRules, studies: tuple[StudyEffect, ...]) -> Comparison:
    # Every baseline row as it was pooled then, suspect or not: to meet that estimate.
    pooled = (
        pool(*effects_of(studies), model=rules.baseline_model, level=rules.level)
        if studies
        else None
    )
    description = "baseline trials, DerSimonian-Laird with Wald interval"
    return _comparison("as in 2014", description, studies, pooled)


def _comparison(
    name: str, description: str, studies: tuple[StudyEffect, ...], pooled: PooledEffect | None
) -> Comparison:
    n_total, _ = participants(studies)
    return Comparison(
        name=name,
        description=description,
        k=len(studies),
        n_total=n_total,
        study_ids=tuple(study.study_id for study in studies),
        pooled=pooled,
    )


def _study(evidence: Evidence, trial: TrialRows, suspect: tuple[str, ...]) -> StudyEffect:
    protocol, first = evidence.protocol, trial.rows[0]
    about = evidence.trials[trial.study_id]
    sizes = _sizes(evidence, about, trial.rows)
    se = math.sqrt(trial.effect.variance)
    half_width = critical_value(protocol.synthesis.level) * se
    return StudyEffect(
        study_id=trial.study_id,
        label=about.label,
        year=round(about.year),
        comparator=about.comparator,
        comparator_kind=protocol.comparators.kind(about.comparator),
        effect=trial.effect.effect,
        variance=trial.effect.variance,
        se=se,
        ci_low=trial.effect.effect - half_width,
        ci_high=trial.effect.effect + half_width,
        weight=None,
        n_intervention=sizes.intervention,
        n_control=sizes.control,
        n_total=sizes.total,
        n_from=sizes.read_from,
        events_intervention=_whole(first.events_intervention),
        events_control=_whole(first.events_control),
        instrument=first.instrument or None,
        weeks=first.weeks,
        variance_from=trial.effect.variance_from,
        derivation=trial.effect.derivation,
        row_ids=tuple(row.row_id for row in trial.rows),
        source_ids=tuple(dict.fromkeys(row.source_id for row in trial.rows)),
        in_baseline_review=about.in_baseline,
        verified=all(row.verified == "yes" for row in trial.rows),
        risk_of_bias=risk_of_bias(evidence, trial.study_id),
        guidance=about.guidance or None,
        therapy=about.therapy or None,
        target=about.target or None,
        duration_weeks=about.duration_weeks,
        indirectness=about.indirectness,
        suspect=suspect,
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _sizes(evidence: Evidence, trial: Trial, rows: Sequence[OutcomeRow]) -> ArmSizes:
    each = [arm_sizes(evidence.protocol, trial, row) for row in rows]
    if len(each) == 1 or each[0].read_from != "row":
        return each[0]
    # Several intervention arms, one control group: its participants count once.
    intervention = sum(sizes.intervention or 0 for sizes in each)
    control = each[0].control or 0
    return ArmSizes(intervention, control, intervention + control, "row")


def risk_of_bias(evidence: Evidence, study_id: str) -> RiskOfBias:
    """A trial's judgements; where no overall one is given, high if any is, else unclear.

    Without an overall judgement only some domains of the tool were judged, which
    cannot add up to low.
    """
    judged = [row for row in evidence.risk_of_bias if row.study_id == study_id]
    # A trial judged with both tools is shown by the newer one; their domains do not mix.
    rows = [row for row in judged if row.tool == max(other.tool for other in judged)]
    if not rows:
        return RiskOfBias(tool=None, overall="not assessed")
    judgements: dict[str, Judgement] = {row.domain: row.judgement for row in rows}
    any_high = "high" in judgements.values()
    overall = judgements.pop("overall", "high" if any_high else "unclear")
    domains = tuple(
        DomainJudgement(domain=domain, judgement=judgement)
        for domain, judgement in judgements.items()
    )
    return RiskOfBias(tool=rows[0].tool, overall=overall, domains=domains)


def _with_weights(
    studies: tuple[StudyEffect, ...], primary: PooledEffect | None
) -> tuple[StudyEffect, ...]:
    weights = iter(primary.weights if primary else ())
    return tuple(
        study if study.suspect else study.model_copy(update={"weight": next(weights)})
        for study in studies
    )


def _published(evidence: Evidence, question: Question) -> tuple[PublishedEstimate, ...]:
    measure = evidence.protocol.measure_name(question)
    return tuple(
        _published_estimate(row)
        for row in evidence.published
        if row.condition in (question.condition, "all")
        and (row.outcome, row.timepoint, row.measure)
        == (question.outcome, question.timepoint, measure)
    )


def _published_estimate(row: Published) -> PublishedEstimate:
    estimate, low, high = row.estimate, row.ci_low, row.ci_high
    if row.measure == "RR":
        estimate, low, high = math.log(estimate), math.log(low), math.log(high)
    if row.favours_intervention_when != "negative":
        estimate, low, high = -estimate, -high, -low
    return PublishedEstimate(
        review=row.review,
        condition=row.condition,
        measure=row.measure,
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        k=_whole(row.k),
        verified=row.verified == "yes",
        note=row.note,
    )


def _baseline_without_data(
    evidence: Evidence, question: Question, studies: tuple[StudyEffect, ...]
) -> tuple[str, ...]:
    with_data = {study.study_id for study in studies}
    missing = [
        trial
        for trial in evidence.trials.values()
        if trial.in_baseline
        and trial.condition == question.condition
        and trial.study_id not in with_data
    ]
    return tuple(trial.label for trial in sorted(missing, key=lambda trial: trial.year))


def _set_aside(evidence: Evidence, rows: tuple[RowSetAside, ...]) -> tuple[SetAside, ...]:
    return tuple(
        SetAside(
            study_id=row.study_id,
            label=evidence.trials[row.study_id].label,
            row_id=row.row_id,
            rule=row.rule,
            reason=row.reason,
        )
        for row in rows
    )


def _provenance(evidence: Evidence, question: Question, findings: Findings) -> Provenance:
    rows = rows_of(evidence, question)
    read = json.dumps(inputs_of(evidence, question, findings), sort_keys=True)
    return Provenance(
        data_fingerprint=digest(read),
        rows_read=len(rows),
        rows_verified=sum(row.verified == "yes" for row in rows),
        versions={name: version(name) for name in PACKAGES},
    )


def question_inputs(evidence: Evidence) -> Mapping[str, Mapping[str, str]]:
    """For each question by its key, all the data its page is made from: what it is → its hash."""
    rows = {question: question_rows(evidence, question) for question in evidence.protocol.questions}
    findings = find_suspects(evidence, rows)
    return {question.key: inputs_of(evidence, question, findings) for question in rows}


def inputs_of(evidence: Evidence, question: Question, findings: Findings) -> Mapping[str, str]:
    """Every record a question's page is made from, so that a change of it can be named.

    Of the control arms that give the familiar scale its standard deviation, only that.
    """
    rows = rows_of(evidence, question)
    reference = reference_sd(evidence, question, _suspects_of(question.outcome, findings))
    studies = {row.study_id for row in rows}
    published = [
        row
        for row in evidence.published
        if (row.outcome, row.timepoint) == (question.outcome, question.timepoint)
    ]
    sources = {row.source_id for row in rows} | {row.review for row in published}
    read: dict[str, object] = {"protocol.yml": evidence.protocol.model_dump_json()}
    read |= {f"outcomes.csv: row {row.row_id}": row for row in rows}
    if reference:
        read["outcomes.csv: the control arms' standard deviation"] = reference
    read |= {
        f"certainty.csv: {decision.domain} of {question.key}": decision
        for decision in _decisions(evidence, question)
    }
    read |= {
        f"studies.csv: trial {trial.study_id}": trial
        for trial in evidence.trials.values()
        if trial.study_id in studies
        or (trial.in_baseline and trial.condition == question.condition)
    }
    read |= {
        f"risk_of_bias.csv: {row.study_id}, {row.domain}": row
        for row in evidence.risk_of_bias
        if row.study_id in studies
    }
    read |= {f"published.csv: {row.review}, {row.condition}": row for row in published}
    read |= {f"sources.csv: source {name}": evidence.sources[name] for name in sorted(sources)}
    read |= {
        f"contrasts.csv: {row.study_id}, {row.source_id}": row
        for row in evidence.control_groups
        if row.study_id in studies
    }
    read |= {
        f"integrity findings of {study_id}": found
        for (study_id, key), found in findings.items()
        if key == question.key
    }
    return {name: digest(repr(record)) for name, record in read.items()}
