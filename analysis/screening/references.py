"""The reference of a trial in references.bib, made from its row of studies.csv."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from analysis.evidence.rows import Trial

REFERENCES = "references.bib"
WHERE = re.compile(r"(?P<volume>[^\s():;]+)?(?:\((?P<number>[^()]*)\))?(?::(?P<pages>\S+))?")
ENTRY = re.compile(r"(?ms)^@\w+\{(?P<key>[^,\s]+),.*?^\}")
FIELD = re.compile(r"(?m)^\s*(?P<name>\w+)\s*=\s*\{(?P<value>.*)\},?$")
# What BibTeX takes for its own; braces would have to pair, and nothing needs them.
SPECIAL = {sign: f"\\{sign}" for sign in "&%#_$"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": "(",
    "}": ")",
}


def with_reference(
    text: str, study: Mapping[str, str], former: Mapping[str, str] | None = None
) -> str:
    """The bibliography with the trial in it; as it is where its key is there, or no title.

    The entry that was made from the trial's `former` row follows what was corrected in it.
    """
    key = study["study_id"]
    if former and former.get("title") and study.get("title"):
        text = text.replace(reference(former), reference(study), 1)
    if not study.get("title") or re.search(rf"(?mi)^\s*@\w+\s*\{{\s*{re.escape(key)}\s*,", text):
        return text
    return f"{text.rstrip()}\n\n{reference(study)}"


def without_reference(text: str, study: Mapping[str, str]) -> str:
    """The bibliography without the entry that `with_reference` made; one that was edited stays."""
    return text.replace(f"\n{reference(study)}", "", 1) if study.get("title") else text


def outdated(text: str, trials: Iterable[Trial]) -> Iterator[str]:
    """Where an entry gives another title or DOI than the trial's row: one of them is corrected."""
    entries = {found["key"]: found[0] for found in ENTRY.finditer(text)}
    for trial in trials:
        said = {m["name"]: m["value"] for m in FIELD.finditer(entries.get(trial.study_id, ""))}
        for name, cell in (("title", trial.title), ("doi", trial.doi)):
            if said and cell and _letters(said.get(name, "")) != _letters(_escaped(cell)):
                yield f"{trial.study_id}: {name} is not that of its row in studies.csv"


def _letters(text: str) -> str:
    """What a title or a DOI says, whatever its capitals, marks and braces."""
    return "".join(filter(str.isalnum, text.casefold()))


def reference(study: Mapping[str, str]) -> str:
    """The entry: the first author by surname, no more, and what else the row holds."""
    where = WHERE.fullmatch(study.get("citation", ""))
    place = where.groupdict() if where else {"note": study["citation"]}
    journal = study.get("journal", "")
    fields = {
        "author": _author(study["label"], study["year"]),
        "title": f"{{{_escaped(study['title'])}}}",
        "journal": _escaped(journal),
        "year": study["year"],
        **{name: _escaped(value or "").replace("-", "--") for name, value in place.items()},
        "doi": study.get("doi", ""),
        "keywords": "trial",
    }
    lines = "".join(f"  {name:<8} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{'article' if journal else 'misc'}{{{study['study_id']},\n{lines}}}\n"


def _author(label: str, year: str) -> str:
    # Two trials of one report have labels that tell them apart behind the year.
    name = _escaped(label.partition(f" {year}")[0].strip())
    # A name of several words is one name, whichever of them BibTeX would take for the first.
    return f"{{{name}}} and others" if " " in name else f"{name} and others"


def _escaped(text: str) -> str:
    return "".join(SPECIAL.get(sign, sign) for sign in text)
