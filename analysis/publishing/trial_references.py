"""The references of trials for reference managers, from their rows in studies.csv."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from analysis.screening.references import WHERE, reference

Row = Mapping[str, str]


def bibtex(trials: Iterable[Row]) -> str:
    """The entries in BibTeX, one below the other."""
    return "\n".join(reference(trial) for trial in trials)


def ris(trials: Iterable[Row]) -> str:
    """The same as RIS."""
    return "\n".join(
        "".join(f"{tag}  - {value}\n" for tag, value in _fields(trial) if value) + "ER  - \n"
        for trial in trials
    )


def _fields(trial: Row) -> Iterator[tuple[str, str]]:
    yield "TY", "JOUR" if trial["journal"] else "GEN"
    yield "ID", trial["study_id"]
    # Of the authors the data hold the first one's surname, in what the trial is called.
    yield "AU", trial["label"].partition(f" {trial['year']}")[0].strip()
    yield "TI", trial["title"]
    yield "JO", trial["journal"]
    yield "PY", trial["year"]
    yield from _place(trial["citation"])
    yield "DO", trial["doi"]
    yield "AN", trial["pmid"]


def _place(citation: str) -> Iterator[tuple[str, str]]:
    where = WHERE.fullmatch(citation)
    if where is None:
        yield "N1", citation
        return
    first, _, last = (where["pages"] or "").partition("-")
    yield "VL", where["volume"] or ""
    yield "IS", where["number"] or ""
    yield "SP", first
    yield "EP", last
