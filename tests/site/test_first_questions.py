"""A person with a phone, and what people ask first: found, and answered on one screen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.site.conftest import Built
from tests.site.reading import Documents, article

PHONE = {"width": 390, "height": 844}
FRONT = "index.html"
ASKED = {
    "Does it work?": r"evidence|may|probably|no trial gives numbers",
    "How much does it help?": r"Of 100 people|known well enough",
    "For whom is it?": r"trials?\b",
    "Is it safe?": r"[Hh]arms?:? reported by",
    "What is it?": r"weeks|No trial",
    "How can I get it?": r"does not know where",
    "How sure is this?": r"certainty is|Nothing is pooled",
    "How old is this?": r"version|draft",
    "Who made this?": r"[Bb]y |No person",
    "Who paid for this?": r"Who pays for this review",
}
# Of a text that most people read with ease; 7 is the seventh year of school.
MOST_YEARS = 7.0
# An e that is written and not spoken, and vowels that meet and are spoken apart.
SILENT = re.compile(
    r"(?<=[^aeiouyl])e$|(?<=[aeiouy]l)e$|(?<=[^aeiouyszxcgh])es$|(?<=[^aeiouytd])ed$"
    r"|(?<=[^aeiouy])e(?=ly$|men|some|times)"
)
APART = re.compile(r"i[ao](?!n)|(?<![tsc])io(?=n)|eo(?!p)|ua|uou")


@pytest.fixture
def page(browser: Browser, built: Built) -> Page:
    opened = browser.new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    opened.goto((built.site / FRONT).as_uri())
    return opened


def seen(page: Page, part: Locator) -> bool:
    """Whether all of a part is on the screen as it is now."""
    box = part.bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= PHONE["height"]


def test_each_question_is_answered_within_two_taps_and_one_screen(
    page: Page, capsys: pytest.CaptureFixture
) -> None:
    for question, expected in ASKED.items():
        page.goto(page.url.partition("#")[0].replace("about/questions.html", FRONT))
        first = page.get_by_role("link", name="Questions people ask", exact=True).locator(
            "visible=true"
        )
        assert seen(page, first.first), "the way to the questions is not on the first screen"
        first.first.tap()
        asked = page.locator("nav.contents").get_by_role("link", name=question, exact=True)
        assert seen(page, asked), f"{question} is not on the second screen"
        asked.tap()
        page.wait_for_timeout(50)
        section = page.locator("section", has=page.locator("h2", has_text=question)).last
        assert re.search(expected, section.inner_text()), question
        hidden = page.locator(".bd-header").bounding_box()
        box = section.bounding_box()
        assert box and hidden, question
        last = section.locator("> :last-child").bounding_box()
        assert last is not None
        assert last["y"] + last["height"] <= PHONE["height"], f"{question}: more than one screen"
        assert section.locator("h2").bounding_box()["y"] >= hidden["y"] + hidden["height"] - 1
    with capsys.disabled():
        print(f"\n{len(ASKED)} questions, each 2 taps and one screen", end=" ")


def test_the_first_answer_is_five_tabs_away(built: Built, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((built.site / FRONT).as_uri())
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to main content"
    page.keyboard.press("Enter")
    answer = page.locator("section#the-answer")
    for _ in range(4):
        page.keyboard.press("Tab")
        if answer.evaluate("e => e.contains(document.activeElement)"):
            return
    pytest.fail("the answer is more than five presses of the Tab key away")


@pytest.mark.parametrize("media", [{"forced_colors": "active"}, {"reduced_motion": "reduce"}])
def test_what_is_drawn_stays_and_stands_still(
    built: Built, browser: Browser, media: dict[str, str]
) -> None:
    page = browser.new_context(viewport=PHONE, **media).new_page()  # type: ignore[arg-type]
    page.goto((built.site / "about/questions.html").as_uri())
    moving = page.evaluate("document.getAnimations().filter(a => a.playState === 'running').length")
    assert moving == 0
    for drawn in page.locator("svg.pictograph:visible path").all():
        colours = drawn.evaluate(
            "e => [getComputedStyle(e).fill, getComputedStyle(e).stroke,"
            " getComputedStyle(document.body).backgroundColor]"
        )
        assert any(c not in ("none", colours[2]) for c in colours[:2]), "drawn in the ground's own"


def syllables(word: str) -> int:
    """Groups of vowels that are spoken; on pages like these 2% more than a dictionary has."""
    word = word.lower()
    groups = re.findall(r"[aeiouy]+", SILENT.sub("", word))
    return max(1, len(groups) + len(APART.findall(word)))


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "pain once changed mood lives"),
        (2, "people little certain trial sometimes table"),
        (3, "therapy evidence conclusion reported"),
        (4, "satisfaction information"),
        (5, "disability university"),
    ],
)
def test_syllables_are_counted_as_a_dictionary_has_them(count: int, words: str) -> None:
    assert {word: syllables(word) for word in words.split()} == dict.fromkeys(words.split(), count)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade, in years of school (Kincaid et al. 1975)."""
    sentences = words = spoken = 0
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        found = re.findall(r"[A-Za-z]+(?:['’][a-z]+)?|\d[\d.,]*", sentence)
        if len(found) < 3:
            continue
        sentences += 1
        words += len(found)
        spoken += sum(1 if word[0].isdigit() else syllables(word) for word in found)
    return 0.39 * words / sentences + 11.8 * spoken / words - 15.59


def test_the_grade_is_that_of_the_formula() -> None:
    """Ten words of one syllable: 0.39 · 10 + 11.8 − 15.59; of two syllables each: 11.8 more."""
    assert grade("The cat sat on the mat and did not move.") == pytest.approx(0.11)
    assert grade("Better better better better better. " * 2) == pytest.approx(9.96)


@pytest.mark.parametrize("name", [FRONT, "about/plain-language-summary.html"])
def test_everybody_can_read_it(documents: Documents, name: str) -> None:
    """What is read at once: not what unfolds, no line of dates, no citation."""
    page = article(documents[name])
    apart = [*page.select("details, .status-line, cite"), *page.select("figure, svg")]
    said = [
        " ".join(part.get_text(" ").split())
        for part in page.select("p, li, .answers .plain")
        if not part.find(["p", "li"]) and not any(a in part.parents or a is part for a in apart)
    ]
    text = " ".join(line if line.endswith((".", "!", "?")) else f"{line}." for line in said)
    assert len(text.split()) > 100
    assert grade(text) <= MOST_YEARS
