"""Every function that makes HTML: well formed, accessible, and deaf to hostile text.

The functions are found by their signature, so that a new one is tested without a list.
"""

from __future__ import annotations

import csv
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any
from xml.etree import ElementTree

import pytest

import analysis.pages
from analysis.evidence.load import load
from analysis.evidence.rows import Evidence
from analysis.pages import html
from analysis.pages import risk_of_bias_page as bias
from analysis.searching.history import load_searches
from analysis.synthesis.conditions import across_conditions
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise_all
from tests.evidence.folder import DATA, DataFolder

HOSTILE = (
    '<script>alert(1)</script><img src=x onerror=alert(2)> " onmouseover="alert(3)\' '
    "</td></table> ]]> <!-- javascript:alert(4) {{ 7*7 }} {include}`/etc/passwd`"
)
# Columns of free text: a person or a source writes what they like.
FREE_TEXT = {
    "studies.csv": ("label", "reason", "diagnosis", "therapy", "programme", "comparator_detail",
                    "title", "journal", "citation", "registration", "other_reports",
                    "indirectness"),
    "outcomes.csv": ("contrast", "instrument", "not_usable_because", "locator", "note"),
    "risk_of_bias.csv": ("support",),
    "acceptability.csv": ("value", "unit", "note"),
    "published.csv": ("note",),
    "sources.csv": ("kind", "citation", "licence", "note"),
}  # fmt: skip
# What pages are made of; anything else in their HTML came from the data.
TAGS = {
    "body", "div", "p", "span", "strong", "em", "b", "a", "abbr", "br", "code", "ul", "ol", "li",
    "dl", "dt", "dd", "section", "h2", "h3", "h4", "details", "summary", "sup", "sub", "small",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "time", "cite", "label", "nav", "q",
    "pre", "noscript", "figure", "figcaption",
}  # fmt: skip
SVG_TAGS = {"svg", "title", "desc", "g", "line", "rect", "path", "polygon", "circle", "text"}
ADDRESS = re.compile(r"https?://|[\w.#][\w./#-]*$")


@dataclass(frozen=True)
class Supply:
    """What page functions may ask for, by the names of their parameters."""

    evidence: Evidence
    results: Mapping[str, Synthesis]

    def values(self, name: str, kind: str) -> list[Any] | None:
        """Every value for a parameter of that name and annotation; None where we have none."""
        protocol = self.evidence.protocol
        offered: dict[str, list[Any]] = {
            "evidence": [self.evidence],
            "protocol": [protocol],
            "rules": [protocol.synthesis],
            "results": [dict(self.results)],
            "searches": [load_searches(DATA)],
            "synthesis": list(self.results.values()),
            "condition": [condition.id for condition in protocol.conditions],
            "status": ["excluded", "awaiting"],
            "contrasts": [across_conditions(protocol, self.results)],
            "held": [[row.study_id for row in self.evidence.outcomes]],
            "tool": list(bias.tools(self.evidence)),
            "what": ["harms", "satisfaction"],
            "trial": [t for t in self.evidence.trials.values() if t.status == "included"],
        }
        if kind == "Iterable[Synthesis]":
            return [list(self.results.values())]
        return offered.get(name)

    def rendered(self) -> Iterator[tuple[str, str]]:
        """The HTML of every page function for everything it can be given."""
        for name, function in page_functions():
            asked = {
                parameter.name: str(parameter.annotation)
                for parameter in inspect.signature(function).parameters.values()
                if parameter.default is inspect.Parameter.empty
            }
            offers = [self.values(*parameter) for parameter in asked.items()]
            if None in offers:
                continue
            for given in product(*(offer for offer in offers if offer is not None)):
                found = function(**dict(zip(asked, given, strict=True)))
                yield f"{name}({', '.join(map(_named, given))})", found


def page_functions() -> list[tuple[str, Any]]:
    """Every public function of the pages that returns HTML."""
    found = []
    for module in pkgutil.iter_modules(analysis.pages.__path__):
        loaded = importlib.import_module(f"analysis.pages.{module.name}")
        if loaded is html:
            continue
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            mine = function.__module__ == loaded.__name__ and not name.startswith("_")
            if mine and function.__annotations__.get("return") == "Html":
                found.append((f"{module.name}.{name}", function))
    return found


def _named(value: Any) -> str:
    if isinstance(value, Synthesis):
        return value.question.key
    return value if isinstance(value, str) else type(value).__name__


@pytest.fixture(scope="module")
def pages(evidence: Evidence, syntheses: Mapping[str, Synthesis]) -> dict[str, str]:
    return dict(Supply(evidence, syntheses).rendered())


@pytest.fixture(scope="module")
def hostile_evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """The project's evidence with hostile text in every free cell; it loads, being text."""
    folder = DataFolder.copied_to(tmp_path_factory.mktemp("hostile") / "data")
    for file, columns in FREE_TEXT.items():
        header, *rows = folder.rows(file)
        for number, row in enumerate(rows):
            for column in columns:
                place = header.index(column)
                if row[place] or column in ("note", "title", "locator"):
                    row[place] = f"{HOSTILE} {number}"
        folder.write(file, [header, *rows])
    return load(folder.path)


@pytest.fixture(scope="module")
def hostile_pages(hostile_evidence: Evidence) -> dict[str, str]:
    return dict(Supply(hostile_evidence, synthesise_all(hostile_evidence)).rendered())


@pytest.fixture(scope="module")
def pages_at_another_level(evidence: Evidence) -> dict[str, str]:
    """The same pages where the protocol asks for another confidence level."""
    protocol = evidence.protocol
    rules = protocol.synthesis.model_copy(update={"level": 0.925})
    changed = replace(evidence, protocol=protocol.model_copy(update={"synthesis": rules}))
    return dict(Supply(changed, synthesise_all(changed)).rendered())


def tree(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<body>{markup}</body>")


def local(tag: str) -> str:
    return tag.rpartition("}")[2]


def test_most_page_functions_are_reached(pages: Mapping[str, str]) -> None:
    reached = {name.partition("(")[0] for name in pages}
    assert reached >= {
        "question_page.trials_table",
        "question_page.rows_set_aside",
        "trials_page.trial_sections",
        "trials_page.set_aside_sections",
        "risk_of_bias_page.judgements_table",
    }
    assert len(reached) >= 30


def test_pages_are_well_formed(pages: Mapping[str, str]) -> None:
    for name, markup in pages.items():
        assert isinstance(markup, html.Html), name
        try:
            tree(markup)
        except ElementTree.ParseError as error:
            raise AssertionError(f"{name}: {error}") from error


def test_no_page_shows_a_missing_value_of_python(pages: Mapping[str, str]) -> None:
    for name, markup in pages.items():
        words = {text.strip() for text in tree(markup).itertext()}
        assert not words & {"nan", "None", "NaN", "inf", "[]", "()", "{}"}, name
        for text in words:
            assert not re.search(r"\bnan\b|\bNone\b(?! of)|<function|object at 0x", text), (
                name,
                text,
            )


def test_the_level_of_the_intervals_is_the_protocols(
    pages: Mapping[str, str], pages_at_another_level: Mapping[str, str]
) -> None:
    usual = re.compile(r"95% (?:confidence |prediction )?interval|95% level|95% CI")
    named = [name for name, markup in pages.items() if usual.search(markup)]
    assert len(named) > 80
    assert [name for name in named if "92.5%" not in pages_at_another_level[name]] == []
    assert [name for name, said in pages_at_another_level.items() if usual.search(said)] == []


def test_numbers_in_tables_have_true_minus_signs(pages: Mapping[str, str]) -> None:
    for name, markup in pages.items():
        for cell in tree(markup).iter("td"):
            text = "".join(cell.itertext())
            if cell.get("class") == "number":
                assert not re.search(r"(?<!\w)-[\d.]", text), (name, text)


def test_every_table_has_a_caption_and_headers_with_a_scope(pages: Mapping[str, str]) -> None:
    tables = 0
    for name, markup in pages.items():
        for table in tree(markup).iter("table"):
            tables += 1
            assert local(table[0].tag) == "caption", name
            assert "".join(table[0].itertext()).strip(), name
            assert {th.get("scope") for th in table.iter("th")} <= {"col", "row", "colgroup",
                                                                     "rowgroup"}, name  # fmt: skip
            head = table.findall("./thead/tr")
            assert head, name
            width = len(head[-1])
            for row in table.findall("./tbody/tr"):
                spans = sum(int(cell.get("colspan", "1")) for cell in row)
                assert spans == width, name
                assert row[0].get("scope") in ("row", "rowgroup", "colgroup"), name
    assert tables > 100


def test_ids_are_unique_on_a_page(pages: Mapping[str, str]) -> None:
    ids = [node.get("id") for node in tree(pages["trials_page.trial_sections(Evidence)"]).iter()]
    named = [name for name in ids if name]
    assert len(named) == len(set(named)) > 20


def test_participants_who_were_randomised_are_not_taken_for_those_analysed(
    pages: Mapping[str, str], syntheses: Mapping[str, Synthesis]
) -> None:
    named = 0
    for key, synthesis in syntheses.items():
        shown = "".join(tree(pages[f"question_page.trials_table({key})"]).itertext())
        note = shown.partition("Participants of ")[2].partition(" are those randomised")[0]
        for study in synthesis.studies:
            assert (study.label in note) == (study.n_from == "randomised"), (key, study.label)
            named += study.label in note
    assert named > 5


def test_every_set_aside_row_is_shown_with_its_reason(
    pages: Mapping[str, str], syntheses: Mapping[str, Synthesis]
) -> None:
    for key, synthesis in syntheses.items():
        shown = "".join(tree(pages[f"question_page.rows_set_aside({key}, Evidence)"]).itertext())
        for aside in synthesis.set_aside:
            assert aside.row_id is not None
            assert aside.row_id in shown
            assert aside.reason in shown


def test_every_row_of_the_data_is_shown_on_a_page(
    pages: Mapping[str, str], evidence: Evidence
) -> None:
    shown = "".join(
        markup for name, markup in pages.items() if name.startswith("question_page.rows_")
    )
    assert [row.row_id for row in evidence.outcomes if row.row_id not in shown] == []


def test_hostile_text_is_in_the_data_and_in_the_pages(
    hostile_evidence: Evidence, hostile_pages: Mapping[str, str]
) -> None:
    assert sum(HOSTILE in row.note for row in hostile_evidence.outcomes) > 100
    shown = sum("".join(tree(m).itertext()).count(HOSTILE) for m in hostile_pages.values())
    assert shown > 500


def test_hostile_text_makes_no_element_no_handler_and_no_link(
    hostile_pages: Mapping[str, str],
) -> None:
    for name, markup in hostile_pages.items():
        for node in tree(markup).iter():
            assert local(node.tag) in TAGS | SVG_TAGS, (name, node.tag)
            for attribute, value in node.attrib.items():
                assert not local(attribute).startswith("on"), (name, attribute)
                assert attribute not in ("src", "srcdoc", "action", "formaction", "style"), name
                if attribute == "href":
                    assert ADDRESS.match(value), (name, value)
                    assert "javascript" not in value.lower(), (name, value)
                    assert "<" not in value, (name, value)


def test_the_test_of_hostile_text_would_notice(evidence: Evidence) -> None:
    """Were one cell written unescaped, the parser would see its elements."""
    markup = html.element("p", html.Html("<script>alert(1)</script>"))
    assert "script" in {local(node.tag) for node in tree(markup).iter()}
    with pytest.raises(ElementTree.ParseError):
        tree(html.Html(f"<td>{HOSTILE}</td>"))


def test_what_people_write_is_covered_by_the_hostile_columns() -> None:
    """A new column of free text must be attacked too: all others are words, numbers or ids."""
    constrained = {
        "study_id", "status", "in_baseline_review", "baseline_basis", "condition", "country",
        "target", "guidance", "duration_weeks", "comparator", "year", "doi", "pmid", "row_id",
        "outcome", "higher_is", "timepoint", "weeks", "format", "effect_measure",
        "effect_favours_intervention_when", "usable", "source_id", "verified", "tool", "domain",
        "judgement", "assessed_by", "what", "arm", "n", "review", "measure", "k",
        "favours_intervention_when", "url", "percent_women", "mean_age", "estimate", "ci_low",
        "ci_high", "effect", "effect_se", "effect_ci_low", "effect_ci_high",
    }  # fmt: skip
    numeric = re.compile(r"(n|n_\w+|mean|sd|events|total|baseline_mean|baseline_sd)_?\w*$")
    for file, columns in FREE_TEXT.items():
        with (DATA / file).open(encoding="utf-8", newline="") as stream:
            header = next(csv.reader(stream))
        left = {name for name in header if name not in constrained and not numeric.match(name)}
        assert left <= set(columns), f"{file}: {left - set(columns)}"
