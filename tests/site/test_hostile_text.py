"""Text from data files stays text: the site shows it, runs none of it, reads no file for it."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from analysis.book.extensions.scripts import NEEDED_BY
from analysis.files.csv_files import NUMBER
from tests.evidence.folder import DATA, DataFolder
from tests.site.browser import Notes, chromium, file_of
from tests.site.conftest import Built, copy_checkout, make
from tests.site.hostile import EXPORT, PATHS, SECRET, STRINGS, Planted, plant
from tests.site.reading import Documents, article, parsed

TOKEN = re.compile(r"h\d{4}h")
# Clean data are of a release, which has a day of publication; the attacked ones are a draft, and
# have an estimate, with its page for programs, for other questions.
ACTS = (
    "script, iframe, object, embed, base, form, input, template, portal, animate, set, "
    'link:not([rel="alternate"]), meta:not([name="citation_publication_date"])'
)
SAFE_ADDRESS = re.compile(r"(?:https?://|mailto:|(?![a-z][a-z0-9+.-]*:|//))", re.IGNORECASE)
# Read by people at the terminal and in their spreadsheets, not on a page.
UNSHOWN = (EXPORT, "a screener's note")
FORMULA_MARKS = "=+-@\t\r＝＋－＠"


@dataclass(frozen=True)
class Attacked:
    """A site built from hostile data, and the strings that were planted in them."""

    built: Built
    planted: list[Planted]
    documents: Documents


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    root = tmp_path_factory.mktemp("hostile")
    copy_checkout(root)
    _put_the_frozen_review_into(root / "data")
    planted = plant(root)
    done = make(root, "book")
    assert done.returncode == 0, f"make book failed:\n{done.stdout}\n{done.stderr}"
    built = Built(root, done.stdout)
    return Attacked(built, planted, parsed(built.site, built.all_pages))


def _put_the_frozen_review_into(data: Path) -> None:
    """In place of today's evidence; the codebook and the benchmarks stay."""
    for path in data.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in {"README.md", "benchmarks.json"}:
            path.unlink()
    shutil.copytree(DATA, data, dirs_exist_ok=True)


def squeezed(text: str) -> str:
    return "".join(text.split())


def untypeset(text: str) -> str:
    """Without what typesetting changes in prose: quotation marks, dashes, dots, escapes."""
    return re.sub(r"""[\s\\"'“”‘’.…–—-]""", "", text)


def shown_tokens(attacked: Attacked) -> set[str]:
    """The tokens of the strings that stand on some page."""
    return {t for document in attacked.documents.values() for t in TOKEN.findall(document.text)}


def test_every_string_is_shown_as_it_stands(attacked: Attacked) -> None:
    """Figures shorten long texts, so only the text around them is compared.

    In a script for R a string is written as R writes it; tests/publishing runs those.
    """
    by_token = {planted.token: planted for planted in attacked.planted}
    altered = []
    for page, document in attacked.documents.items():
        figures = Counter(t for svg in document.find_all("svg") for t in TOKEN.findall(svg.text))
        scripts = Counter(
            t for pre in document.select("details pre") for t in TOKEN.findall(pre.text)
        )
        text = document.get_text("")
        forms = {form: form(text) for form in (squeezed, untypeset)}
        for token, times in (Counter(TOKEN.findall(text)) - scripts).items():
            planted = by_token[token]
            # Hand-written pages name values of the protocol in their prose, and as their titles.
            form = untypeset if planted.place.startswith("protocol") else squeezed
            if forms[form].count(form(planted.text)) < times - figures[token]:
                altered.append((page, planted.text))
    assert altered == []


def test_what_should_be_on_a_page_is(
    attacked: Attacked, capsys: pytest.CaptureFixture[str]
) -> None:
    """Abstracts and notes of screening are not handed on; nearly everything else is shown."""
    shown = shown_tokens(attacked)
    with capsys.disabled():
        print(
            f"\n{len(attacked.planted)} hostile strings planted, {len(shown)} shown as text",
            end=" ",
        )
    places = Counter(planted.place for planted in attacked.planted)
    found = Counter(planted.place for planted in attacked.planted if planted.token in shown)
    kept = [place for place in places if place in UNSHOWN]
    assert [place for place in kept if found[place]] == []
    public = sum(places.values()) - sum(places[place] for place in kept)
    assert sum(found.values()) > 0.85 * public > 10 * len(STRINGS)
    assert found["a strategy"] == places["a strategy"]
    assert all(found[f"protocol.yml {key}"] for key in ("title", "label", "lower", "triggers"))


def test_every_kind_of_attack_is_among_what_is_shown(attacked: Attacked) -> None:
    everything = "".join(squeezed(d.get_text("")) for d in attacked.documents.values())
    assert [text for text in STRINGS if squeezed(text) not in everything] == []


def test_no_string_becomes_an_element_that_acts(
    attacked: Attacked, documents: Documents, built: Built
) -> None:
    """The pages have the scripts, forms and links to styles that they have with clean data."""
    shared = attacked.documents.keys() & documents.keys()
    assert {page.name for page in built.all_pages if page.parent == built.site} <= shared
    for page, document in attacked.documents.items():
        if page not in shared:  # today's protocol asks other questions
            continue
        assert _acting(document) == _acting(documents[page]), page
        assert article(document).select(ACTS) == article(documents[page]).select(ACTS), page


def _acting(document: BeautifulSoup) -> Counter[str]:
    """What acts, but for the scripts of pages with what they work on: others have other numbers."""
    acting = Counter(element.name for element in document.select(ACTS))
    for script, needed_by in NEEDED_BY.items():
        own = len(document.select(f'script[src*="{script}"]'))
        assert own == bool(document.select(f"[{needed_by.removesuffix('=')}]"))
        acting -= Counter(script=own)
    return acting


def test_no_string_becomes_an_attribute_that_acts(attacked: Attacked) -> None:
    for page, document in attacked.documents.items():
        for element in document.find_all(True):
            for name, value in element.attrs.items():
                assert not name.startswith("on") or value == "window.print()", (page, name, value)
                if name in {"href", "src", "action", "xlink:href", "formaction", "data"}:
                    assert SAFE_ADDRESS.match(str(value)), (page, value)
                assert name != "srcdoc"


def test_nothing_runs_and_nothing_is_asked_for(
    attacked: Attacked, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every page in the browser: no dialog, no script of the strings, no request they name."""
    site, executed = attacked.built.site, []
    with chromium() as browser:
        page = browser.new_page()
        notes = Notes.on(page)
        for path in (*attacked.built.all_pages, *attacked.built.standing_alone):
            page.goto(path.as_uri())
            page.mouse.move(200, 300)
            executed += [path.name] * (page.evaluate("window.pwned") is not None)
        for query in (STRINGS[0], STRINGS[1], "h0001h"):
            page.goto(f"{(site / 'search.html').as_uri()}?{urlencode({'q': query})}")
            expect(page.locator("#search-results")).not_to_be_empty(timeout=30_000)
            executed += [query] * (page.evaluate("window.pwned") is not None)
    asked = [address for address in notes.requests if not address.startswith("data:image/")]
    elsewhere = [a for a in asked if not a.startswith("file:///")]
    elsewhere += [a for a in asked if not file_of(a).is_relative_to(site)]
    with capsys.disabled():
        print(
            f"\n{len(attacked.built.all_pages)} pages in Chromium: {len(executed)} strings "
            f"executed, {len(elsewhere)} of {len(asked)} requests to elsewhere",
            end=" ",
        )
    assert (executed, elsewhere, notes.complaints) == ([], [], [])


def test_no_file_is_read_and_no_command_is_run(attacked: Attacked) -> None:
    secrets = (SECRET.encode(), b"root:x:0:0")
    for path in attacked.built.site.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret in content for secret in secrets), path
    assert not list(attacked.built.root.rglob("pwned"))


def tables(site: Path) -> Iterator[tuple[str, str]]:
    """Every CSV file that a reader can download, by itself and from the archive."""
    for path in site.rglob("*.csv"):
        yield path.name, path.read_text("utf-8")
    for path in site.rglob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                assert not name.startswith("/") and ".." not in name
                if name.endswith(".csv"):
                    yield name, archive.read(name).decode()


def test_no_download_holds_a_formula(attacked: Attacked) -> None:
    cells = [
        (name, cell)
        for name, text in tables(attacked.built.site)
        for row in csv.reader(io.StringIO(text))
        for cell in row
    ]
    assert len(cells) > 1_000
    formulas = [(n, c) for n, c in cells if c.startswith(tuple(FORMULA_MARKS))]
    assert [(name, cell) for name, cell in formulas if not NUMBER.fullmatch(cell)] == []


def test_the_results_carry_the_strings_unchanged(attacked: Attacked) -> None:
    texts = {planted.text for planted in attacked.planted if planted.place == "studies.csv label"}
    found = {
        study["label"]
        for path in (attacked.built.root / "results").glob("*.json")
        for study in json.loads(path.read_text("utf-8")).get("studies", ())
    }
    assert found and found <= texts


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("studies.csv", "study_id"),
        ("outcomes.csv", "row_id"),
        ("outcomes.csv", "study_id"),
        ("outcomes.csv", "source_id"),
        ("sources.csv", "source_id"),
        ("risk_of_bias.csv", "study_id"),
    ],
)
def test_an_id_that_leads_elsewhere_is_refused(
    folder: DataFolder, file: str, column: str, path: str
) -> None:
    folder.edit_line(file, 2, **{column: path})
    assert (file, 2, column) in [problem[:3] for problem in folder.problems()]
