"""What happens to a living review between two versions, each a few lines of its files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType

from analysis.evidence.data_files import QUESTION
from analysis.evidence.integrity import findings
from analysis.evidence.load import load
from analysis.evidence.risk_of_bias_tools import DOMAINS
from analysis.files.slugs import CONSENSUS
from analysis.screening.decision_files import Decision, add_decisions
from analysis.screening.verifying import verify
from analysis.searching.duplicate_log import deduplicate
from analysis.searching.inbox import SearchDetails, import_exports
from analysis.searching.library import load_library
from tests.evidence.folder import DataFolder
from tests.searching.corpus import articles
from tests.searching.exports import ovid_ris
from tests.searching.sources import find_source
from tests.updates.formats import MEANS, SDS, add_result, add_trial, every_format

Edit = Callable[[DataFolder], None]
# Who decides on records is told nowhere outside data/screening/.
SCREENERS = ("adelheid-made-up", "bertram-made-up")
DECIDED = MappingProxyType({"decided_by": "A. Person", "date": "2026-11-23"})


def a_trial_with_means(folder: DataFolder) -> None:
    add_trial(folder, "means-2025")
    add_result(folder, "means-2025", MEANS | SDS)


def a_trial_judged_with_rob_2_only(folder: DataFolder) -> None:
    add_trial(folder, "judged-2025")
    add_result(folder, "judged-2025", MEANS | SDS)
    for domain in DOMAINS["RoB 2"]:
        judged(folder, "judged-2025", "RoB 2", domain)


def judged(folder: DataFolder, study_id: str, tool: str, domain: str) -> None:
    folder.append(
        "risk_of_bias.csv",
        study_id=study_id,
        tool=tool,
        domain=domain,
        judgement="low",
        assessed_by="gandy-2022",
    )


def every_trial_on(folder: DataFolder, tool: str) -> None:
    trials = load(folder.path).trials
    folder.empty("risk_of_bias.csv")
    for study_id in trials:
        for domain in DOMAINS[tool]:
            judged(folder, study_id, tool, domain)


def every_trial_on_rob_2(folder: DataFolder) -> None:
    every_trial_on(folder, "RoB 2")


def every_trial_on_rob_1(folder: DataFolder) -> None:
    every_trial_on(folder, "RoB 1")


def no_risk_of_bias(folder: DataFolder) -> None:
    folder.empty("risk_of_bias.csv")


def nothing_on_acceptability(folder: DataFolder) -> None:
    folder.empty("acceptability.csv")


def nothing_published(folder: DataFolder) -> None:
    folder.empty("published.csv")


def medians_only(folder: DataFolder) -> None:
    add_trial(folder, "medians-2025")
    numbers = {"format": "medians", "median_intervention": "4", "median_control": "5"}
    why = {"usable": "no", "not_usable_because": "no spread is reported"}
    add_result(folder, "medians-2025", numbers, **why)


def no_number_at_all(folder: DataFolder) -> None:
    add_trial(folder, "numberless-2025", n_randomised_total="")
    why = {"usable": "no", "not_usable_because": "the report has a figure only"}
    for kind in ("means", "medians", "events", "effect"):
        add_result(folder, "numberless-2025", {}, format=kind, **why)


def all_rows_verified(folder: DataFolder) -> None:
    set_column(folder, "outcomes.csv", "verified", "yes")


def a_row_verified_and_then_corrected(folder: DataFolder) -> None:
    row_id = a_usable_row(folder)[0]
    for value in ("4.2", "4.3"):
        row = next(row for row in load(folder.path).outcomes if row.row_id == row_id)
        verify(folder.path, [row], "anna", "2026-12-01")
        folder.edit("outcomes.csv", row_id, mean_control=value)


def set_column(folder: DataFolder, file: str, column: str, value: str) -> None:
    header, *rows = folder.rows(file)
    at = header.index(column)
    folder.write(file, [header, *([*row[:at], value, *row[at + 1 :]] for row in rows)])


def certainty_of_every_question(folder: DataFolder) -> None:
    evidence = load(folder.path)
    included = {t.study_id: t.condition for t in evidence.trials.values() if t.status == "included"}
    asked = {
        (included[row.study_id], row.outcome, row.timepoint): None
        for row in evidence.outcomes
        if row.usable == "yes" and row.study_id in included
    }
    for question in asked:
        named = dict(zip(QUESTION, question, strict=True))
        folder.append("certainty.csv", **named, domain="imprecision", levels="1",
                      reason="few participants", **DECIDED)  # fmt: skip


def a_ruling_on_every_suspect_row(folder: DataFolder) -> None:
    ruled = {
        (finding.check, finding.study_id): None
        for finding in findings(load(folder.path))
        if finding.severity == "suspect"
    }
    for place, (check, study_id) in enumerate(ruled):
        folder.append("integrity.csv", check=check, study_id=study_id,
                      ruling="exclude" if place % 2 else "accept",
                      reason="seen in the report", **DECIDED)  # fmt: skip


def a_trial_retracted(folder: DataFolder) -> None:
    study_id = a_usable_row(folder)[1]
    folder.edit("studies.csv", study_id, status="excluded", reason="retracted")


def a_trial_with_a_notice(folder: DataFolder) -> None:
    study_id = a_usable_row(folder)[1]
    folder.append("notices.csv", study_id=study_id, record_id="1", nature="retraction",
                  date="2026-11-02", matched_by="DOI")  # fmt: skip
    folder.append("notice_snapshots.csv", date="2026-11-20", file="retraction_watch.csv",
                  sha256="ab" * 32, rows="60000", unread="0", trials="0123abcd")  # fmt: skip


def a_trial_without_concerns(folder: DataFolder) -> None:
    study_id = a_usable_row(folder)[1]
    folder.append("trustworthiness.csv", study_id=study_id, domain="overall",
                  judgement="no concerns", assessed_by="anna")  # fmt: skip


def a_usable_row(folder: DataFolder) -> list[str]:
    """The first usable row of means, of an included trial."""
    header, *rows = folder.rows("outcomes.csv")
    trials = load(folder.path).trials
    usable, kind = header.index("usable"), header.index("format")
    return next(
        row
        for row in rows
        if (row[usable], row[kind]) == ("yes", "means") and trials[row[1]].status == "included"
    )


def a_trial_with_two_reports(folder: DataFolder) -> None:
    study_id = a_usable_row(folder)[1]
    folder.edit("studies.csv", study_id, other_reports="Follow-up: Pain 2027;168(1):1-9")


def a_corrected_number(folder: DataFolder) -> None:
    folder.edit("outcomes.csv", a_usable_row(folder)[0], mean_intervention="4.2")


def a_source_added(folder: DataFolder) -> None:
    folder.append("sources.csv", source_id="a-report", kind="report", citation="A report. 2027")
    folder.edit("outcomes.csv", a_usable_row(folder)[0], source_id="a-report")


def a_question_loses_its_last_trial(folder: DataFolder) -> None:
    """Of the first question that is answered no row may be pooled any more."""
    asked = a_usable_row(folder)
    header, *rows = folder.rows("outcomes.csv")
    outcome, timepoint = header.index("outcome"), header.index("timepoint")
    usable, why = header.index("usable"), header.index("not_usable_because")
    for row in rows:
        alike = (row[outcome], row[timepoint]) == (asked[outcome], asked[timepoint])
        if alike and row[usable] == "yes":
            row[usable], row[why] = "no", "withdrawn"
    folder.write("outcomes.csv", [header, *rows])


def a_search_screened(folder: DataFolder) -> None:
    """Three records: of a trial, which is extracted; settled by a consensus; still a conflict."""
    export = folder.path.parent / "medline.ris"
    export.write_text(ovid_ris(articles(3, seed=31)), encoding="utf-8")
    details = SearchDetails(find_source("medline"), dt.date(2026, 11, 20), "review-team")
    before = load_library(folder.path).records
    import_exports(folder.path, [export], details)
    library = load_library(folder.path)
    deduplicate(folder.path, library)
    trial, settled, conflict = sorted(library.records.keys() - before.keys())
    add_decisions(folder.path, library, [
        *(decided(who, trial, "include") for who in SCREENERS),
        decided(SCREENERS[0], trial, "obtained", "retrieval"),
        *(decided(who, trial, "include", "full-report", "searched-2026") for who in SCREENERS),
        *(decided(who, record, word) for record in (settled, conflict)
          for who, word in zip(SCREENERS, ("include", "exclude"), strict=True)),
        decided(CONSENSUS, settled, "exclude"),
    ])  # fmt: skip
    add_trial(folder, "searched-2026")
    add_result(folder, "searched-2026", MEANS | SDS)


def decided(
    who: str, record: str, word: str, stage: str = "title-abstract", study: str = ""
) -> Decision:
    criterion = "design" if word == "exclude" else ""
    when = "2026-11-21T08:00:00Z"
    return Decision(record, stage, word, criterion, study, who, when, f"noted by {who}")


def an_outcome_added(folder: DataFolder) -> None:
    new = (
        "  - id: sleep\n    label: sleep\n    kind: secondary\n    lower: better sleep\n"
        "    higher: worse sleep\n    instruments: [ISI]\n    measure: SMD\n\nmeasures:\n"
    )
    folder.replace("protocol.yml", "\nmeasures:\n", new)
    add_trial(folder, "sleep-2025")
    add_result(folder, "sleep-2025", MEANS | SDS, outcome="sleep", instrument="ISI")


def an_outcome_in_its_own_unit(folder: DataFolder) -> None:
    new = (
        "  - id: sleep-hours\n    label: hours of sleep\n    kind: secondary\n"
        "    lower: more sleep\n    higher: less sleep\n"
        "    instruments: [sleep diary]\n    measure: MD\n"
        "    unit: hours a night\n    benefit_above: true\n"
        "    smallest_important_difference: 0.5\n\nmeasures:\n  MD: {}\n"
    )
    folder.replace("protocol.yml", "\nmeasures:\n", new)
    asked = {"outcome": "sleep-hours", "instrument": "sleep diary", "higher_is": "better"}
    for study, mean in (("diary-2024", "7.1"), ("diary-2025", "6.8")):
        add_trial(folder, study)
        add_result(folder, study, MEANS | SDS | {"mean_intervention": mean}, **asked)


def a_condition_added(folder: DataFolder) -> None:
    new = (
        "  - id: facial\n    label: facial pain\n    description: pain of the face\n\ntimepoints:\n"
    )
    folder.replace("protocol.yml", "\ntimepoints:\n", new)
    add_trial(folder, "facial-2025", "facial")
    add_result(folder, "facial-2025", MEANS | SDS)


def a_third_time_point(folder: DataFolder) -> None:
    new = (
        "  - id: long-term\n    label: in the long term\n    description: after more than a year\n"
        "    window_weeks: [53, 260]\n\n# The first instrument in the list"
    )
    folder.replace("protocol.yml", "\n# The first instrument in the list", new)
    add_trial(folder, "lasting-2025")
    add_result(folder, "lasting-2025", MEANS | SDS, timepoint="long-term", weeks="104")


def no_window_of_weeks(folder: DataFolder) -> None:
    folder.replace("protocol.yml", "    window_weeks: [13, 52]\n", "")


def another_rule_of_intervals(folder: DataFolder) -> None:
    """Without a floor and where there is heterogeneity only; another prior, and one for an MD."""
    for old, new in (
        ("method: hartung-knapp-conservative", "method: hartung-knapp"),
        ("needs_heterogeneity: false", "needs_heterogeneity: true"),
        ("bayesian_maximum_k: 2", "bayesian_maximum_k: 0"),
        ("prior: {distribution: half-normal, scale: 0.5}",
         "prior: {distribution: half-Cauchy, scale: 0.3}"),
        ("    scales: {}", "    scales: {MD: 2.0}"),
    ):  # fmt: skip
        folder.replace("protocol.yml", old, new)
    an_outcome_in_its_own_unit(folder)


# Those that leave the plan of pages as it is and can all be made together, in this order.
TOGETHER: tuple[Edit, ...] = (
    every_format,
    a_trial_with_means,
    a_trial_judged_with_rob_2_only,
    medians_only,
    no_number_at_all,
    a_trial_with_two_reports,
    a_corrected_number,
    a_source_added,
    a_trial_retracted,
    a_trial_with_a_notice,
    a_trial_without_concerns,
    a_search_screened,
    a_ruling_on_every_suspect_row,
    a_question_loses_its_last_trial,
    every_trial_on_rob_2,
    nothing_on_acceptability,
    nothing_published,
    all_rows_verified,
    a_row_verified_and_then_corrected,
    certainty_of_every_question,
)
# Those that change the plan, and one that leaves no follow-up its window.
OF_THE_PLAN: tuple[Edit, ...] = (
    an_outcome_added,
    an_outcome_in_its_own_unit,
    a_condition_added,
    no_window_of_weeks,
    a_third_time_point,
    no_risk_of_bias,
)
ALONE: tuple[Edit, ...] = (every_trial_on_rob_1, another_rule_of_intervals)
EDITS: Mapping[str, Edit] = MappingProxyType(
    {edit.__name__: edit for edit in (*TOGETHER, *OF_THE_PLAN, *ALONE)}
)
