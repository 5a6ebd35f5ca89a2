"""What the page of one question shows, from its `Synthesis` and the rows behind it."""

from __future__ import annotations

from functools import partial

from analysis.evidence.rows import Evidence, OutcomeRow
from analysis.evidence.verification import changed_since_seen, is_verified
from analysis.figures import showing
from analysis.figures.forest_plot import forest_plot
from analysis.formatting import (
    DASH,
    count,
    count_known,
    counted,
    listed,
    number,
    p_value,
)
from analysis.pages import html, links
from analysis.pages.html import Html, element, items, join, paragraph, table, text
from analysis.pages.telling_rows import MOST_ROWS
from analysis.publishing.downloads import EFFECTS, FOLDER
from analysis.statistics.estimates import PooledEffect
from analysis.synthesis.comparisons import SINCE_THEN, THEN_AND_NOW, Comparison
from analysis.synthesis.estimate_text import (
    effect_text,
    estimate_cells,
    i2_text,
    interval_text,
    range_text,
    tau2_text,
)
from analysis.synthesis.interval_rule import by_revman
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.study_effect import StudyEffect
from analysis.synthesis.wording.interval_sentences import INTERVAL_NAMES
from analysis.synthesis.wording.page_sentences import MODEL_NAMES


def headline(synthesis: Synthesis) -> Html:
    """The answer: in everyday words, then in numbers, or who measured it without any.

    Before it, where much of it hangs on a check that nobody has ruled on, that it does.
    """
    first = [synthesis.sentences.unruled] if synthesis.sentences.unruled else []
    said = [
        *(paragraph(sentence, class_="unruled") for sentence in first),
        paragraph(synthesis.sentences.plain, class_="answer"),
        paragraph(synthesis.sentences.headline),
    ]
    # Numbers needed to treat run through infinity where the direction is open: not here.
    if synthesis.sentences.clinical and _settled(synthesis.concluded):
        said.append(paragraph(synthesis.sentences.clinical))
    return element("div", *said, class_="headline")


def _settled(pooled: PooledEffect | None) -> bool:
    if pooled is None:
        return False
    low, high = pooled.interval.low, pooled.interval.high
    return low is not None and high is not None and low * high > 0


def forest(synthesis: Synthesis) -> None:
    """Display the forest plot, or say why there is none."""
    if not synthesis.studies:
        html.show(paragraph("There is no forest plot: no trial gives a usable number yet."))
        return
    alt = synthesis.sentences.forest_alt
    showing.show_both(partial(forest_plot, synthesis), alt, "forest-plot")


def trials_table(synthesis: Synthesis) -> Html:
    """The numbers of the forest plot, one trial a row, each linked to its section."""
    if not synthesis.studies:
        return paragraph("There are no trials to list: none gives a number that can be used.")
    measure = synthesis.measure
    rows: list[dict[str, object]] = [
        {
            "Trial": links.trial(study.study_id, study.label),
            "Participants": participants(study),
            **({"Events": _events(study)} if synthesis.counts_events else {}),
            measure.short_name: effect_text(measure, study.effect),
            synthesis.interval_name: range_text(measure, study.ci_low, study.ci_high),
            "Weight": DASH if study.weight is None else f"{number(study.weight, 1)}%",
            **_risk_of_bias(synthesis, study.risk_of_bias.in_words),
            "Comparator": study.comparator,
            **_remark(synthesis, study.suspect),
        }
        for study in synthesis.studies
    ]
    if synthesis.primary and synthesis.k > 1:
        rows.append(_pooled_row(synthesis, synthesis.primary))
    numeric = ("Participants", "Events", measure.short_name, synthesis.interval_name, "Weight")
    return join((table(rows, f"Trials: {synthesis.title}", numbers=numeric), _sizes(synthesis)))


def _sizes(synthesis: Synthesis) -> Html:
    """Which numbers of participants are not those of the analysis itself."""
    randomised = [study.label for study in synthesis.studies if study.n_from == "randomised"]
    if not randomised:
        return Html("")
    return paragraph(
        f"Participants of {listed(randomised)} are those randomised: the rows that give the "
        "effect do not say in a column of their own how many were analysed."
    )


def _events(study: StudyEffect) -> str:
    if study.events_intervention is None:
        return DASH
    intervention = f"{count(study.events_intervention)}/{count(study.n_intervention)}"
    return f"{intervention} v {count(study.events_control)}/{count(study.n_control)}"


def _pooled_row(synthesis: Synthesis, pooled: PooledEffect) -> dict[str, object]:
    measure = synthesis.measure
    return {
        "Trial": element("strong", "All pooled trials"),
        "Participants": count_known(synthesis.n_total, synthesis.n_unknown),
        **({"Events": ""} if synthesis.counts_events else {}),
        **estimate_cells(measure, pooled, synthesis.interval_name),
        "Weight": "100%",
        **_risk_of_bias(synthesis, ""),
        "Comparator": "",
        **_remark(synthesis, ()),
    }


def _risk_of_bias(synthesis: Synthesis, said: str) -> dict[str, str]:
    """A column only where the review judges risk of bias."""
    asked = any(study.risk_of_bias.is_asked for study in synthesis.studies)
    return {"Risk of bias": said} if asked else {}


def _remark(synthesis: Synthesis, suspect: tuple[str, ...]) -> dict[str, str]:
    """Why a trial is not pooled: a column only where there is such a trial."""
    if not any(study.suspect for study in synthesis.studies):
        return {}
    return {"Remark": f"not pooled: {'; '.join(suspect)}" if suspect else ""}


def heterogeneity(synthesis: Synthesis) -> Html:
    """How much the trials differ, which interval was used, what a new setting may see."""
    if synthesis.primary is None:
        return paragraph(synthesis.sentences.heterogeneity)
    return join(
        paragraph(sentence)
        for sentence in (
            synthesis.sentences.heterogeneity,
            synthesis.sentences.interval_rule,
            synthesis.sentences.prediction,
        )
    )


def models_table(synthesis: Synthesis) -> Html:
    """The same trials under each model and interval; the primary one is marked."""
    measure = synthesis.measure
    rows = [
        {
            "Model": _model_name(synthesis, model),
            "Interval": _interval_named(model),
            **estimate_cells(measure, model, synthesis.interval_name),
            "p": p_value(model.p).removeprefix("p = ").removeprefix("p "),
            "Prediction interval": interval_text(measure, model.prediction),
            "τ²": tau2_text(model),
            "I²": i2_text(model),
        }
        for model in synthesis.models
    ]
    if not rows:
        return Html("")
    numeric = (measure.short_name, synthesis.interval_name, "p", "Prediction interval", "τ²", "I²")
    return table(rows, "The same trials under each model", numbers=numeric)


def _interval_named(model: PooledEffect) -> str:
    """The interval, and whether it is the one that RevMan would give to these trials."""
    name = INTERVAL_NAMES[model.interval.method]
    return f"{name} (as RevMan chooses)" if model.interval.method == by_revman(model) else name


def _model_name(synthesis: Synthesis, model: PooledEffect) -> Html:
    name = text(MODEL_NAMES[model.model])
    return element("strong", name, " (primary)") if _is_primary(synthesis, model) else name


def _is_primary(synthesis: Synthesis, model: PooledEffect) -> bool:
    return synthesis.primary is not None and model.way == synthesis.primary.way


def comparisons_table(synthesis: Synthesis, *, continues: bool = True) -> Html:
    """The primary model on other sets of the trials.

    Without a review that this one `continues` no trial came after it.
    """
    if not synthesis.studies:
        return paragraph("There are no trials to select from.")
    measure = synthesis.measure
    rows = [
        {
            "Trials": other.description,
            "k": str(other.k),
            "Participants": count_known(other.n_total, _unknown(synthesis, other)),
            **estimate_cells(measure, other.pooled, synthesis.interval_name),
        }
        for other in synthesis.comparisons
        if other.name not in (THEN_AND_NOW if continues else SINCE_THEN)
    ]
    numeric = ("k", "Participants", measure.short_name, synthesis.interval_name)
    return table(rows, "The primary model on other sets of trials", numbers=numeric)


def _unknown(synthesis: Synthesis, other: Comparison) -> int:
    """Of how many trials of another set the participants are not known."""
    studies = (*synthesis.studies, *synthesis.responders)
    without = {study.study_id for study in studies if study.n_total is None}
    return len(without.intersection(other.study_ids))


def rows_used(synthesis: Synthesis, evidence: Evidence) -> Html:
    """Every row that entered an effect, with its source, locator and how it was used."""
    if len(synthesis.studies) > MOST_ROWS:
        return _rows_elsewhere(synthesis)
    rows = {row.row_id: row for row in evidence.outcomes}
    shown = [
        {
            "Row": row_id,
            "Trial": links.trial(study.study_id, study.label),
            "Instrument": rows[row_id].instrument or "not named",
            "Used": study.derivation,
            "Source": links.source_of(rows[row_id], evidence),
            "Checked": _checked(rows[row_id]),
        }
        for study in synthesis.studies
        for row_id in study.row_ids
    ]
    return table(shown, "Rows used")


def _rows_elsewhere(synthesis: Synthesis) -> Html:
    """Where the rows stand that are too many for a page."""
    used = counted(sum(len(study.row_ids) for study in synthesis.studies), "row")
    return paragraph(
        f"Rows used: {used}, each in the section of its trial among the ",
        html.link("included trials", f"{links.UP}results/included-trials.html"),
        " with source and place, and, with how it was used, in the ",
        html.link("effects as CSV", f"{links.UP}{FOLDER}/{EFFECTS}"),
        ".",
    )


def _checked(row: OutcomeRow) -> str:
    if is_verified(row):
        return f"yes, {row.verified_on}" if row.verified_on else "yes"
    return "not since it was changed" if changed_since_seen(row) else "not yet"


def rows_set_aside(synthesis: Synthesis, evidence: Evidence) -> Html:
    """Every row that measured this outcome and is not pooled, with the reason."""
    rows = {row.row_id: row for row in evidence.outcomes}
    shown = [
        {
            "Row": aside.row_id,
            "Trial": links.trial_of(aside.study_id, evidence),
            "Reason": aside.reason,
            "Source": links.source_of(rows[aside.row_id], evidence) if aside.row_id else "",
        }
        for aside in synthesis.set_aside
    ]
    return table(shown, "Rows set aside")


def participants(study: StudyEffect) -> Html:
    """How many took part: each arm's number where known, else the total."""
    if study.n_intervention is not None and study.n_control is not None:
        return text(f"{count(study.n_intervention)} v {count(study.n_control)}")
    return text(count(study.n_total) if study.n_total is not None else "not known")


def attention(synthesis: Synthesis) -> Html:
    """What a reader must know first: suspect trials, and rows that nobody has checked."""
    suspects = [study for study in synthesis.studies if study.suspect]
    notes = [
        f"{study.label} is left out of the pooled result: {'; '.join(study.suspect)}."
        for study in suspects
    ]
    unchecked = sum(not study.verified for study in synthesis.studies)
    if unchecked:
        notes.append(
            f"No person has yet checked the numbers of {unchecked} of "
            f"{counted(len(synthesis.studies), 'trial')} against the trial report."
        )
    return items(notes) if notes else Html("")
