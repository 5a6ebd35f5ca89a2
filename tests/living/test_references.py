"""The list of references names the authors that the sources name, and says so where they do not."""

from __future__ import annotations

import re

from analysis.evidence.rows import Evidence
from tests.evidence.folder import ROOT

ABSTRACT = "-abstract"
# `Strom L, Pettersson R, Andersson G. J Consult …`: all authors, and none is left out.
NAMED = re.compile(r"((?:[^\W\d_][\w'’ -]+ [A-Z]{1,3}, )*[^\W\d_][\w'’ -]+ [A-Z]{1,3})\. ")


def test_authors_whom_a_source_names_are_named(living: Evidence) -> None:
    """Of each trial whose report gives its authors; of others the list says that they are more."""
    text = (ROOT / "references.bib").read_text(encoding="utf-8")
    listed = dict(re.findall(r"@\w+\{([\w-]+),\n  author   = \{(.*)\},\n", text))
    abstracts = [name for name in living.sources if name.removesuffix(ABSTRACT) in listed]
    checked = 0
    for name, source in living.sources.items():
        found = NAMED.match(source.citation)
        authors = listed.get(name.removesuffix(ABSTRACT))
        if not name.endswith(ABSTRACT) or found is None or authors is None:
            continue
        said = [author.rpartition(" ")[0] for author in found[1].split(", ")]
        assert [author.partition(",")[0] for author in authors.split(" and ")] == said, name
        checked += 1
    assert checked or not any(name.endswith(ABSTRACT) for name in abstracts)
    note = (ROOT / "chapters/references.md").read_text(encoding="utf-8")
    cut_short = any(authors.endswith(" and others") for authors in listed.values())
    assert not cut_short or "“and others” stands where a source names no more" in note
