"""What the rules say of two records: each of a pair as a database or reference manager has it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.searching.duplicate_fields import fields_of, folded
from analysis.searching.duplicate_rules import judge
from analysis.searching.records import Record

ARTICLE = Record(
    record_id="a",
    accession="1",
    title="Internet-delivered exposure therapy for fibromyalgia: a randomised controlled trial",
    authors="Hedmark, Maria; Wickström, Rikard; Axelgren, Erland",
    year="2018",
    journal="Pain",
    volume="159",
    issue="5",
    pages="1131-1139",
    doi="10.1097/made.up.1",
    pmid="",
    registration="",
    kind="article",
    url="",
    abstract="",
)
ELSEWHERE = {"volume": "160", "issue": "2", "pages": "301-310", "doi": "10.1097/made.up.2"}
NO_PLACE = {"volume": "", "issue": "", "pages": "", "doi": ""}


def verdict(one: Record, **changes: str) -> tuple[str, str] | None:
    """The verdict on a record and the same with these changes, and the rule."""
    other = replace(one, record_id="b", **changes)
    there, back = judge(fields_of(one), fields_of(other)), judge(fields_of(other), fields_of(one))
    assert (there and (there.verdict, there.rule)) == (back and (back.verdict, back.rule))
    return (there.verdict, there.rule) if there else None


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ARTICLE.title.upper() + "."},
        {"title": ARTICLE.title.replace("randomised", "randomized")},
        {"title": ARTICLE.title.replace("-", "")},
        {"title": ARTICLE.title.replace("therapy", "theraphy")},
        {"title": f"<p>{ARTICLE.title.replace('for', 'for <i>')}</i></p>"},
        {"title": f"[{ARTICLE.title}]. [Swedish]"},
        {"title": f"[{ARTICLE.title}] LA: Swe"},
        {"title": f"{ARTICLE.title}. [Review] [97 refs]"},
        {"title": f"{ARTICLE.title}[Erratum appears in Pain. 2018 Jun"},
        {"title": f"{ARTICLE.title}... Pain. 2018 Jan 29;159(5):544-6"},
        {"title": f"RETRACTED: {ARTICLE.title}"},
        {"title": ARTICLE.title[:52]},
        {"title": ARTICLE.title.split(":")[0]},
        {"title": ""},
        {"authors": "Hedmark, M.; Wickstrom, R.; Axelgren, E."},
        {"authors": "Hedmark M"},
        {"authors": "Maria Hedmark; Rikard Wickström; Erland Axelgren"},
        {"authors": "Hedmark, M; Wickstr?m, R; Axelgren, E; Pain Study Group"},
        {"authors": ""},
        {"journal": ""},
        {"journal": "Pain.", "year": "2019"},
        {"volume": "Pain. 159", "issue": "1765"},
        {"volume": "", "issue": "159"},
        {"pages": "1131-9"},
        {"pages": "p1131"},
        {"pages": "1131-1139, discussion 1140-2"},
        {"pages": ""},
        {"pages": "1132-1139", "issue": ""},
        {"pages": "1-9"},
        NO_PLACE,
    ],
    ids=str,
)
def test_one_report_in_two_forms_is_one(changes: dict[str, str]) -> None:
    found = verdict(replace(ARTICLE, doi=""), **{"doi": "", **changes})
    assert found is not None
    assert found[0] == "duplicate"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("European Journal of Pain", "Eur J Pain"),
        ("European journal of pain (London, England)", "European Journal of Pain"),
        ("Proceedings of the National Academy", "Proc Natl Acad"),
        ("PLoS ONE [Electronic Resource]", "PloS one"),
        (
            "Zhongguo fei ai za zhi = Chinese journal of lung cancer",
            "Chinese Journal of Lung Cancer",
        ),
        ("[Rinsho ketsueki] The Japanese journal of clinical hematology", "Rinsho Ketsueki"),
        ("Disability & Rehabilitation", "Disability and rehabilitation."),
        ("Headache: The Journal of Head and Face Pain", "Headache"),
    ],
)
def test_two_names_of_one_journal(one: str, other: str) -> None:
    found = verdict(replace(ARTICLE, journal=one), journal=other, volume="", pages="", doi="")
    assert found == ("duplicate", "same title, authors and journal")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Pain", "Pain Practice"),
        ("European journal of pain (London, England)", "Lancet (London, England)"),
        ("Journal of Neurology", "Journal of Neurology, Neurosurgery and Psychiatry"),
        ("Eur. J. Pain", "Clin. J. Pain"),
    ],
)
def test_two_journals_are_not_one(one: str, other: str) -> None:
    found = verdict(replace(ARTICLE, journal=one), journal=other, volume="", pages="", doi="")
    assert found == ("related", "one title, two journals")


@pytest.mark.parametrize(
    ("pages", "issue"), [("01-Dec", "42871"), ("", "42871"), ("1-12", "42871"), ("e42871", "")]
)
def test_an_article_number_is_found_wherever_it_was_moved(pages: str, issue: str) -> None:
    online = replace(ARTICLE, pages="42871", issue="7", journal="PLoS ONE", doi="")
    assert verdict(online, pages=pages, issue=issue) == (
        "duplicate",
        "same title, volume and page",
    )


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"title": f"Erratum: {ARTICLE.title}", **ELSEWHERE}, "one title says a notice"),
        ({"title": f"{ARTICLE.title} (vol 159, pg 1131, 2018)"}, "one title says a notice"),
        ({"title": f"{ARTICLE.title} - Reply", "pages": "1139"}, "one title says a reply"),
        ({"title": f"Comment on: {ARTICLE.title}"}, "one title says a comment"),
        ({"title": f"{ARTICLE.title}. Part 2", **NO_PLACE}, "one title says a part"),
        (
            {"title": ARTICLE.title.split(":")[0] + ": study protocol", **NO_PLACE},
            None,
        ),
        ({"kind": "registry"}, "one is a registry record"),
        ({"kind": "preprint", "journal": "medRxiv", **NO_PLACE}, "one is a preprint record"),
        (
            {"kind": "conference", "volume": "", "pages": "", "doi": ""},
            "one is a conference record",
        ),
        (ELSEWHERE, "one title, published twice"),
        (
            {"year": "2021", "doi": "10.1097/made.up.1.pub2", **NO_PLACE},
            "one title, published twice",
        ),
    ],
    ids=str,
)
def test_another_report_of_a_study_is_not_the_same(changes, rule: str | None) -> None:
    found = verdict(ARTICLE, **changes)
    assert found == (("related", rule) if rule else None)


def test_two_forms_of_one_erratum_are_one() -> None:
    erratum = replace(ARTICLE, title=f"{ARTICLE.title} (vol 159, pg 1131, 2018)", pages="1400")
    assert verdict(erratum, title=f"Erratum: {ARTICLE.title} (Pain (2018) 159 (1131-1139))") == (
        "duplicate",
        "same DOI and title",
    )


def test_companion_papers_with_two_pubmed_numbers_are_two() -> None:
    paper = replace(ARTICLE, pmid="30000001")
    assert verdict(paper, pmid="30000002") == ("related", "two PubMed numbers")
    assert verdict(paper, pmid="30000001", title="Ett annat namn", authors="Hedmark, M") == (
        "duplicate",
        "same PubMed number",
    )


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("fibromyalgia", "migraine"),
        ("for", "against"),
        ("exposure", "supportive"),
        ("Internet-delivered", "Telephone-delivered"),
    ],
)
def test_one_word_of_meaning_makes_another_article(word: str, other: str) -> None:
    assert verdict(ARTICLE, title=ARTICLE.title.replace(word, other), **ELSEWHERE) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [("men", "women"), ("knee", "hip"), ("typical", "atypical"), ("phase 2", "phase 3")],
)
def test_a_letter_that_is_a_meaning_is_no_typing_error(one: str, other: str) -> None:
    title = "Internet-delivered exposure therapy for pain in {}: a randomised trial"
    first = replace(ARTICLE, title=title.format(one), **NO_PLACE)
    assert verdict(first, title=title.format(other)) is None


def test_articles_in_a_script_without_latin_letters_are_told_apart_by_their_titles() -> None:
    one = replace(
        ARTICLE, title="网络认知行为疗法治疗慢性疼痛的随机对照试验", authors="王伟", **NO_PLACE
    )
    one = replace(one, doi="10.3760/made.up")
    assert verdict(one, title="针灸治疗中风后抑郁的临床研究与观察", authors="李娜") is None
    assert verdict(one, doi="") == ("duplicate", "same title, authors and journal")


def test_without_authors_or_journal_title_and_year_or_abstract_decide() -> None:
    bare = replace(ARTICLE, authors="", journal="", **NO_PLACE)
    assert verdict(bare) == ("duplicate", "same title and year, no authors given")
    told = replace(bare, abstract="Sixty adults took part for ten weeks. " * 9)
    assert verdict(told, year="2019") == ("duplicate", "same title and abstract")
    other = "Of many people who were asked some wrote back. " * 9
    assert verdict(told, abstract=other) == ("possible", "one title, no authors given")


@pytest.mark.parametrize("title", ["Editorial", "Authors' reply", "Letter to the editor", "Pain"])
def test_what_stands_over_many_an_article_is_no_evidence(title: str) -> None:
    editorial = replace(ARTICLE, title=title, doi="")
    assert verdict(editorial, pages="1", volume="160") is None
    assert verdict(editorial) == ("duplicate", "same title, volume and page")


def test_registries_are_compared_by_the_registration_that_they_gave() -> None:
    entry = replace(ARTICLE, kind="registry", registration="NCT01234567", doi="")
    assert verdict(entry, title="Another title") == ("duplicate", "same registration")
    quoting = verdict(
        replace(ARTICLE, registration="NCT01234567"), title="Other words", **ELSEWHERE
    )
    assert quoting is None


def test_two_titles_on_one_page_are_put_before_a_person() -> None:
    one = replace(ARTICLE, pages="77", doi="")
    assert verdict(one, title=ARTICLE.title.replace("fibromyalgia", "migraine")) == (
        "possible",
        "one page, two titles",
    )


def test_folded() -> None:
    assert folded("Ångström’s  PAIN—online: é") == "angstroms pain online e"
    assert folded("БОЛЬ и тревога") == "боль и тревога"
