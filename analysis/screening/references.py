"""The reference of a trial in references.bib, made from its row of studies.csv."""

from __future__ import annotations

import re
from collections.abc import Mapping

REFERENCES = "references.bib"
WHERE = re.compile(r"(?P<volume>[^\s():;]+)?(?:\((?P<number>[^()]*)\))?(?::(?P<pages>\S+))?")
# What BibTeX takes for its own; braces would have to pair, and nothing needs them.
SPECIAL = {sign: f"\\{sign}" for sign in "&%#_$"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": "(",
    "}": ")",
}


def with_reference(text: str, study: Mapping[str, str]) -> str:
    """The bibliography with the trial in it; as it is where its key is there, or no title."""
    key = study["study_id"]
    if not study.get("title") or re.search(rf"(?mi)^\s*@\w+\s*\{{\s*{re.escape(key)}\s*,", text):
        return text
    return f"{text.rstrip()}\n\n{reference(study)}"


def without_reference(text: str, study: Mapping[str, str]) -> str:
    """The bibliography without the entry that `with_reference` made; one that was edited stays."""
    return text.replace(f"\n{reference(study)}", "", 1) if study.get("title") else text


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
    name = _escaped(label.removesuffix(year).strip())
    # A name of several words is one name, whichever of them BibTeX would take for the first.
    return f"{{{name}}} and others" if " " in name else f"{name} and others"


def _escaped(text: str) -> str:
    return "".join(SPECIAL.get(sign, sign) for sign in text)
