"""The form of a decision: its words, what a person typed into it, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from analysis.desk.desk import desk_of, form_of
from analysis.desk.saving import SEEN, save
from analysis.files.problems import EvidenceError
from analysis.files.slugs import CONSENSUS
from analysis.files.tables import one_line
from analysis.formatting import sentence_case
from analysis.protocol import Protocol, load_protocol
from analysis.screening.decision_files import LAST_STAGE, Decision
from analysis.screening.own_work import IN_WORDS
from analysis.screening.session import DecidedMeanwhile
from analysis.screening.terminal import KEYS
from analysis.searching.decision_schemas import STAGES

STAGE_NAMES = {stage: sentence_case(words) for stage, words in IN_WORDS.items()}
FIELDS = ("decision", "criterion", "study_id", "note")
# The buttons that say both: excluded, and why.
EXCLUDE = "exclude_by"


@dataclass(frozen=True)
class Typed:
    """What a person typed on a record, as it stands in the form."""

    record: str = ""
    decision: str = ""
    criterion: str = ""
    study_id: str = ""
    note: str = ""

    @classmethod
    def of(cls, decision: Decision) -> Typed:
        """What was decided, to be thought over."""
        said = (getattr(decision, name) for name in FIELDS)
        return cls(decision.record_id, *said)

    def says(self, decision: Decision) -> bool:
        """Whether that is what was decided."""
        return all(getattr(self, name) == getattr(decision, name) for name in FIELDS)


@dataclass(frozen=True)
class Word:
    """A decision, the key that makes it, and what it has to name."""

    word: str
    key: str
    names: str = ""


def stage_of(request: Request) -> str:
    """The stage in the address; there is no page for another."""
    stage = str(request.path_params["stage"])
    if stage not in STAGES:
        raise HTTPException(404)
    return stage


def protocol_of(request: Request) -> Protocol:
    return load_protocol(desk_of(request).data / "protocol.yml")


def words_of(stage: str) -> tuple[Word, ...]:
    """The decisions of a stage, in the order of their buttons."""
    keys = {word: key for key, word in KEYS.items()}
    names = {"exclude": "criterion", "include": "study_id"} if stage == LAST_STAGE else {}
    return tuple(Word(word, keys[word], names.get(word, "")) for word in STAGES[stage])


def form_shown(request: Request, typed: Typed, problems: Mapping[str, str]) -> dict[str, Any]:
    """What every page says that has the form of a decision."""
    stage, protocol = stage_of(request), protocol_of(request)
    return {
        "stage": stage,
        "stage_name": STAGE_NAMES[stage],
        "words": words_of(stage),
        "criteria": protocol.exclusion_criteria,
        "held_against": protocol.held_against,
        "typed": typed,
        "problems": problems,
        "field": SEEN,
    }


def keep_decision(request: Request, who: str, typed: Typed) -> None:
    """Keep what was typed, once where it was sent twice.

    DecidedMeanwhile where something else stands by now than the form was made from.
    """
    stage, sittings = stage_of(request), desk_of(request).sittings
    seen = str(form_of(request).get(SEEN, ""))

    def act() -> Decision:
        said = (typed.decision, typed.criterion, typed.study_id, typed.note)
        return sittings.at(who, stage, wait=True).decide(*said, report=typed.record, seen=seen)

    about = f"{CONSENSUS}: " if who == CONSENSUS else ""
    try:
        save(request, act, f"{about}{typed.decision} {typed.record}")
    except DecidedMeanwhile as meanwhile:
        if not any(made.who == who and typed.says(made) for made in meanwhile.standing):
            raise


def typed_in(form: FormData) -> Typed:
    """What was sent: one button says that a record is excluded, and by which criterion.

    The study counts for an inclusion only.
    """
    sent = {name: one_line(str(form.get(name, ""))) for name in ("record", *FIELDS, EXCLUDE)}
    if criterion := sent.pop(EXCLUDE):
        sent |= {"decision": "exclude", "criterion": criterion}
    if sent["decision"] != "include":
        sent["study_id"] = ""
    return Typed(**sent)


def beside_fields(error: EvidenceError, typed: Typed) -> dict[str, str]:
    """Field → what is wrong with it; what is wrong with the whole stands where it is mended."""
    whole = {"exclude": "criterion", "include": "study_id"}.get(typed.decision, "decision")
    if any(p.column and p.column not in FIELDS for p in error.problems):
        raise error
    return {
        problem.column or whole: sentence_case(problem.message.removeprefix("expected "))
        for problem in error.problems
    }
