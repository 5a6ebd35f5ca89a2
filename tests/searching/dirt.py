"""Made-up exports as dirty as real ones, with the truth: which records are one report.

Six sets after the dirt seen in the published sets that duplicate finders are measured on
(Rathbone 2015, 10.1186/2046-4053-4-6; Hair 2023, 10.1186/s12915-023-01686-z; Wagner 2024,
10.21105/joss.06318): each database writes titles, names and journals in its own way, and
reference managers lose, cut and move fields. Beside the copies stand other reports that
look alike: companion papers, letters and their replies, errata, updates, editorials.
"""

from __future__ import annotations

import random
import re
from calendar import month_abbr
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from analysis.searching.records import Record
from tests.searching.corpus import (
    AIMS,
    CONDITIONS,
    DELIVERIES,
    DESIGNS,
    PEOPLE,
    THERAPIES,
    Article,
    article,
    records_of,
)

Change = Callable[[Article, random.Random], Article]

# A journal as its publisher, Index Medicus, Ovid, PubMed and Embase write it.
JOURNALS: tuple[tuple[str, ...], ...] = (
    (
        "Archives of Physical Medicine and Rehabilitation",
        "Arch Phys Med Rehabil",
        "Archives of Physical Medicine & Rehabilitation",
        "Archives of physical medicine and rehabilitation",
        "Archives of Physical Medicine and Rehabilitation.",
    ),
    (
        "Journal of Neurology, Neurosurgery and Psychiatry",
        "J Neurol Neurosurg Psychiatry",
        "Journal of Neurology, Neurosurgery & Psychiatry",
        "Journal of neurology, neurosurgery, and psychiatry",
        "Journal of Neurology, Neurosurgery and Psychiatry",
    ),
    (
        "Disability and Rehabilitation",
        "Disabil Rehabil",
        "Disability & Rehabilitation",
        "Disability and rehabilitation",
        "Disability and Rehabilitation.",
    ),
    (
        "Headache: The Journal of Head and Face Pain",
        "Headache",
        "Headache",
        "Headache",
        "Headache.",
    ),
    (
        "Cephalalgia",
        "Cephalalgia",
        "Cephalalgia",
        "Cephalalgia : an international journal of headache",
        "Cephalalgia",
    ),
    (
        "PLoS ONE",
        "PLoS One",
        "PLoS ONE [Electronic Resource]",
        "PloS one",
        "PLoS ONE",
    ),
    (
        "Clinical Journal of Pain",
        "Clin J Pain",
        "Clinical Journal of Pain",
        "The Clinical journal of pain",
        "Clinical Journal of Pain",
    ),
    (
        "European Journal of Pain",
        "Eur J Pain",
        "European Journal of Pain",
        "European journal of pain (London, England)",
        "European Journal of Pain (United Kingdom)",
    ),
    (
        "Journal of Consulting and Clinical Psychology",
        "J Consult Clin Psychol",
        "Journal of Consulting & Clinical Psychology",
        "Journal of consulting and clinical psychology",
        "Journal of Consulting and Clinical Psychology.",
    ),
    (
        "Cognitive Behaviour Therapy",
        "Cogn Behav Ther",
        "Cognitive Behaviour Therapy",
        "Cognitive behaviour therapy",
        "Cognitive Behaviour Therapy",
    ),
    (
        "BMC Musculoskeletal Disorders",
        "BMC Musculoskelet Disord",
        "BMC Musculoskeletal Disorders",
        "BMC musculoskeletal disorders",
        "BMC Musculoskeletal Disorders",
    ),
    (
        "Journal of Medical Internet Research",
        "J Med Internet Res",
        "Journal of Medical Internet Research",
        "Journal of medical Internet research",
        "Journal of Medical Internet Research",
    ),
    (
        "Journal of Pain",
        "J Pain",
        "Journal of Pain",
        "The journal of pain : official journal of the American Pain Society",
        "Journal of Pain",
    ),
    (
        "Pain",
        "Pain",
        "Pain",
        "Pain",
        "Pain.",
    ),
    (
        "Pain Practice",
        "Pain Pract",
        "Pain Practice",
        "Pain practice : the official journal of World Institute of Pain",
        "Pain Practice",
    ),
    (
        "Rinsho Ketsueki",
        "Rinsho Ketsueki",
        "Rinsho Ketsueki - Japanese Journal of Clinical Hematology",
        "[Rinsho ketsueki] The Japanese journal of clinical hematology",
        "Rinsho ketsueki. The Japanese journal of clinical hematology.",
    ),
    (
        "Zhonghua Yi Xue Za Zhi",
        "Zhonghua Yi Xue Za Zhi",
        "Chung-Hua i Hsueh Tsa Chih [Chinese Medical Journal]",
        "Zhonghua yi xue za zhi",
        "National Medical Journal of China",
    ),
    (
        "Zhongguo Zhen Jiu",
        "Zhongguo Zhen Jiu",
        "Zhongguo Zhenjiu",
        "Zhongguo zhen jiu = Chinese acupuncture & moxibustion",
        "Chinese Acupuncture and Moxibustion",
    ),
    (
        "JPEN Journal of Parenteral and Enteral Nutrition",
        "JPEN J Parenter Enteral Nutr",
        "Jpen: Journal of Parenteral & Enteral Nutrition",
        "JPEN. Journal of parenteral and enteral nutrition",
        "Journal of Parenteral and Enteral Nutrition",
    ),
    (
        "Acta Anaesthesiologica Scandinavica",
        "Acta Anaesthesiol Scand",
        "Acta Anaesthesiologica Scandinavica",
        "Acta anaesthesiologica Scandinavica",
        "Acta Anaesthesiologica Scandinavica, Supplement",
    ),
)
# Journals without print: an article number stands for the pages.
ONLINE = ("PLoS ONE", "BMC Musculoskeletal Disorders", "Journal of Medical Internet Research")
FOREIGN = ("Chinese", "Japanese", "German", "Spanish", "French")
ERRATUM = "Erratum: "
GENERIC = (
    "Editorial",
    "Reply",
    "Letter to the editor",
    "Correspondence",
    "In this issue",
    "Book review",
    "Authors' reply",
    "Introduction",
)
TITLES = (
    "Effects of {therapy} on {aim} in {people} with {condition}: {design}",
    "{delivery} {therapy} in {condition}",
    "Does {therapy} reduce {aim} in {condition}? {design}",
    "{delivery} versus {other} {therapy} for {people} with {condition}: effects on {aim} and "
    "{aim2} over twelve months in an integrated health care system, {design} with an economic "
    "evaluation alongside",
    "{condition}, {aim} and {aim2} in {people}: 2 years of {therapy}",
)


def base(rng: random.Random) -> Article:
    """An article as its publisher has it."""
    made = article(rng)
    journal, abbreviation, *_ = rng.choice(JOURNALS)
    if rng.random() < 0.4:
        aim, aim2 = rng.sample(AIMS, 2)
        delivery, other = rng.sample(DELIVERIES, 2)
        title = rng.choice(TITLES).format(
            therapy=rng.choice(THERAPIES),
            aim=aim,
            aim2=aim2,
            people=rng.choice(PEOPLE),
            condition=rng.choice(CONDITIONS),
            design=rng.choice(DESIGNS),
            delivery=delivery,
            other=other,
        )
        made = replace(made, title=title[0].upper() + title[1:])
    made = replace(made, journal=journal, abbreviation=abbreviation)
    if journal in ONLINE:
        return replace(made, pages=f"{rng.choice(('', 'e'))}{rng.randint(20, 99999)}")
    if rng.random() < 0.03:
        return replace(made, pages=f"{rng.randint(1, 5)}-{rng.randint(6, 12)}")
    return made


def _forms(a: Article) -> tuple[str, ...]:
    return next((forms for forms in JOURNALS if forms[0] == a.journal), (a.journal,) * 5)


def _names(a: Article, form: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    return tuple((surname, form(given)) for surname, given in a.authors)


def _dotted(given: str) -> str:
    return " ".join(f"{part[0]}." for part in given.split())


def _bare(given: str) -> str:
    return " ".join(part[0] for part in given.split())


# What each database makes of an article.


def ovid(a: Article, rng: random.Random) -> Article:
    title = a.title
    if rng.random() < 0.2:
        title += f". [Review] [{rng.randint(20, 120)} refs]"
    return replace(a, title=title, authors=_names(a, _dotted), journal=_forms(a)[2])


def pubmed(a: Article, rng: random.Random) -> Article:
    first, _, last = a.pages.partition("-")
    kept = last
    while first and len(kept) > 1 and len(first) == len(last) and kept[0] == first[-len(kept)]:
        kept = kept[1:]
    pages = f"{first}-{kept}" if last else first
    return replace(a, title=a.title + ".", pages=pages, journal=_forms(a)[3])


def embase(a: Article, rng: random.Random) -> Article:
    title = a.title.replace("randomised", "randomized").replace("behavioural", "behavioral")
    if title.startswith(ERRATUM):
        title += f" ({a.journal} ({a.year}) {a.volume} ({rng.randint(1, 400)}-{a.pages}))"
    return replace(a, title=title, authors=_names(a, _dotted), journal=_forms(a)[4])


def web_of_science(a: Article, rng: random.Random) -> Article:
    small = ("of", "in", "and", "for", "a")
    title = " ".join(word if word in small else word.title() for word in a.title.split())
    if title.startswith(ERRATUM):
        title = (
            f"{title.removeprefix(ERRATUM)} (vol {a.volume}, pg {rng.randint(1, 400)}, {a.year})"
        )
    issue = f"{a.issue}, Sp. Iss. SI" if rng.random() < 0.1 else a.issue
    return replace(a, title=title, issue=issue, authors=_names(a, _bare), journal=_forms(a)[0])


def cinahl(a: Article, rng: random.Random) -> Article:
    return replace(a, authors=a.authors[:6], journal=_forms(a)[2], issue=a.issue and f"{a.issue}")


def abbreviating(a: Article, rng: random.Random) -> Article:
    return replace(a, authors=_names(a, _bare), journal=a.abbreviation)


DATABASES: tuple[Change, ...] = (ovid, pubmed, embase, web_of_science, cinahl, abbreviating)


# What befalls a record on its way: fields lost, cut, moved, mistyped.


def no_doi(a: Article, rng: random.Random) -> Article:
    return replace(a, doi="")


def no_pmid(a: Article, rng: random.Random) -> Article:
    return replace(a, pmid="")


def no_abstract(a: Article, rng: random.Random) -> Article:
    return replace(a, abstract="")


def no_issue(a: Article, rng: random.Random) -> Article:
    return replace(a, issue="")


def no_pages(a: Article, rng: random.Random) -> Article:
    return replace(a, pages="")


def no_journal(a: Article, rng: random.Random) -> Article:
    return replace(a, journal="", abbreviation="")


def no_title(a: Article, rng: random.Random) -> Article:
    return replace(a, title="")


def cut_title(a: Article, rng: random.Random) -> Article:
    return replace(a, title=a.title[: rng.choice((120, 200))])


def bracketed_title(a: Article, rng: random.Random) -> Article:
    language = rng.choice(FOREIGN)
    forms = ("[{0}]", "{0}. [{1}]", "[{0}]. [{1}]", "[{0}] LA: {2}")
    return replace(a, title=rng.choice(forms).format(a.title, language, language[:3]))


def erratum_noted(a: Article, rng: random.Random) -> Article:
    form = rng.choice(
        ("[Erratum appears in {0}. {1} Jun;{2}(6):616]", "[published erratum appears in {0} {1}")
    )
    return replace(a, title=a.title + form.format(a.abbreviation, a.year, a.volume))


def html_title(a: Article, rng: random.Random) -> Article:
    title = a.title.replace(" and ", " &amp; ").replace(" in ", " <i>in</i> ")
    return replace(a, title=f"<p>{title}</p>" if rng.random() < 0.3 else title)


def cited_title(a: Article, rng: random.Random) -> Article:
    return replace(a, title=f"{a.title}... {a.abbreviation}. {a.year} Jan 29;{a.volume}(5):544-6")


def mistyped_title(a: Article, rng: random.Random) -> Article:
    place = rng.randrange(5, max(6, len(a.title) - 5))
    if a.title[place : place + 1].isdigit():
        return a
    kinds = (a.title[place + 1 :], a.title[place : place + 1] + a.title[place:])
    return replace(a, title=a.title[:place] + rng.choice(kinds))


def reworded_title(a: Article, rng: random.Random) -> Article:
    words = {" versus ": " vs. ", "two-year": "2-year", " of the ": " of ", "2 years": "two years"}
    title = a.title
    for word, other in words.items():
        title = title.replace(word, other)
    return replace(a, title=title)


def no_subtitle(a: Article, rng: random.Random) -> Article:
    return replace(a, title=a.title.split(":")[0])


def hyphens_gone(a: Article, rng: random.Random) -> Article:
    return replace(a, title=a.title.replace("-", rng.choice(("", " "))))


def first_author(a: Article, rng: random.Random) -> Article:
    return replace(a, authors=a.authors[:1])


def et_al(a: Article, rng: random.Random) -> Article:
    return replace(a, authors=(*a.authors[:3], ("et al", "")))


def swapped_names(a: Article, rng: random.Random) -> Article:
    return replace(a, authors=tuple((given, surname) for surname, given in a.authors))


def another_order(a: Article, rng: random.Random) -> Article:
    return replace(a, authors=tuple(rng.sample(a.authors, len(a.authors))))


def doubled_surname(a: Article, rng: random.Random) -> Article:
    """A middle name taken for a part of the surname."""
    doubled = ((f"{given.split(' ')[0]} {surname}".strip(), "B") for surname, given in a.authors)
    return replace(a, authors=tuple(doubled))


def group_author(a: Article, rng: random.Random) -> Article:
    return replace(a, authors=(*a.authors, ("Consensus Study Group", "")))


def accents_lost(a: Article, rng: random.Random) -> Article:
    def lost(name: str) -> str:
        return "".join(letter if letter.isascii() else "?" for letter in name)

    return replace(a, authors=tuple((lost(s), lost(g)) for s, g in a.authors))


def first_page(a: Article, rng: random.Random) -> Article:
    return replace(a, pages=a.pages.split("-")[0])


def doubled_page(a: Article, rng: random.Random) -> Article:
    first = a.pages.split("-")[0]
    return replace(a, pages=f"{first}-{first}")


def page_letters(a: Article, rng: random.Random) -> Article:
    form = rng.choice(("pp. {0}", "p{0}", "S{0}", "{0}, discussion 31-2"))
    return replace(a, pages=form.format(a.pages))


def mistyped_page(a: Article, rng: random.Random) -> Article:
    first, _, last = a.pages.partition("-")
    place = rng.randrange(len(first)) if first else 0
    wrong = first[:place] + rng.choice("123456789") + first[place + 1 :]
    return replace(a, pages=f"{wrong}-{last}" if last else wrong)


def mistyped_volume(a: Article, rng: random.Random) -> Article:
    return replace(a, volume=a.volume and str(int(re.sub(r"\D", "", a.volume)) + 10))


def end_of_supplement(a: Article, rng: random.Random) -> Article:
    return replace(a, pages=f"Suppl-{a.pages.split('-')[-1][-2:]}" if a.pages else "")


def row_number_as_issue(a: Article, rng: random.Random) -> Article:
    return replace(a, issue=str(rng.randint(30, 2000)))


def journal_in_volume(a: Article, rng: random.Random) -> Article:
    return replace(a, volume=f"{a.journal.split()[-1]}. {a.volume}" if a.journal else a.volume)


def volume_as_issue(a: Article, rng: random.Random) -> Article:
    return replace(a, volume="", issue=a.volume)


def article_number_moved(a: Article, rng: random.Random) -> Article:
    """An open journal's article number: in the issue, as `1-12` of the PDF, as both."""
    if "-" in a.pages:
        return a
    return replace(a, issue=a.pages.lstrip("e"), pages=rng.choice(("", "01-Dec", "1-12")))


def month_as_page(a: Article, rng: random.Random) -> Article:
    """What a spreadsheet makes of pages 8-11."""
    first, _, last = a.pages.partition("-")
    small = first.isdigit() and last.isdigit() and int(last) <= 12
    return replace(a, pages=f"{int(first):02}-{month_abbr[int(last)]}") if small else a


def next_year(a: Article, rng: random.Random) -> Article:
    return replace(a, year=a.year + rng.choice((-1, 1)))


def ahead_of_print(a: Article, rng: random.Random) -> Article:
    """Not yet in a volume; the abstracts of a meeting are never ahead of print."""
    if a.pages.endswith("A"):
        return a
    return replace(a, volume="", issue="", pages="", year=a.year - rng.choice((0, 1)))


def other_doi(a: Article, rng: random.Random) -> Article:
    return replace(a, doi=a.doi and f"10.1016/j.made.{rng.randint(1, 10**9)}")


def copyright_in_abstract(a: Article, rng: random.Random) -> Article:
    return replace(a, abstract=a.abstract and f"{a.abstract} Copyright © {a.year} The Authors.")


# Other reports that look alike; `None` for the identity of the article they stand beside.


def _elsewhere(a: Article, rng: random.Random, **changes: object) -> Article:
    first = rng.randint(1, 1800)
    number = rng.randint(10_000_000, 39_999_999)
    own = replace(
        a,
        volume=str(int(a.volume) + 1),
        issue=str(rng.randint(1, 12)),
        pages=f"{first}-{first + 8}",
        doi=f"10.{rng.randint(1000, 9999)}/made.up.{number}",
        pmid=str(number),
        year=a.year + 1,
        abstract=" ".join(rng.sample(a.abstract.split(), k=len(a.abstract.split()))),
    )
    return replace(own, **changes)


def follow_up(a: Article, rng: random.Random) -> Article:
    return _elsewhere(a, rng, title=f"{a.title.split(':')[0]}: two-year follow-up")


def protocol(a: Article, rng: random.Random) -> Article:
    title = f"{a.title.split(':')[0]}: study protocol for a randomised controlled trial"
    return _elsewhere(a, rng, title=title, year=a.year - 2)


def secondary(a: Article, rng: random.Random) -> Article:
    kinds = ("a secondary analysis", "an economic evaluation", "a process evaluation")
    kind = rng.choice([kind for kind in kinds if kind not in a.title])
    return _elsewhere(a, rng, title=f"{a.title.split(':')[0]}: {kind}")


def sibling(a: Article, rng: random.Random) -> Article:
    """The same team's trial in another condition, in the next pages of the same issue."""
    named = [name for name in CONDITIONS if name.lower() in a.title.lower()]
    if not named:
        return follow_up(a, rng)
    other = rng.choice([name for name in CONDITIONS if name not in named])
    title = a.title.replace(named[0], other).replace(named[0].capitalize(), other.capitalize())
    last = int(a.pages.split("-")[-1].lstrip("e"))
    moved = _elsewhere(a, rng, title=title, pages=f"{last + 1}-{last + 9}")
    return replace(moved, year=a.year, volume=a.volume, issue=a.issue)


def part_two(a: Article, rng: random.Random) -> Article:
    return _elsewhere(a, rng, title=f"{a.title}. Part 2", year=a.year)


def erratum(a: Article, rng: random.Random) -> Article:
    """A notice of the same volume, which each database names in its own way."""
    moved = _elsewhere(a, rng, pages=str(rng.randint(500, 900)), abstract="")
    return replace(moved, title=f"{ERRATUM}{a.title}", volume=a.volume, year=a.year)


def letter(a: Article, rng: random.Random) -> Article:
    """A letter under the title of what it is about, by other people."""
    other = article(rng)
    page = rng.randint(400, 900)
    return _elsewhere(a, rng, authors=other.authors[:2], pages=f"{page}-{page + 1}", abstract="")


def reply(a: Article, rng: random.Random) -> Article:
    page = rng.randint(400, 900)
    return _elsewhere(a, rng, title=f"{a.title} - Reply", pages=f"{page}", abstract="")


def congress_abstract(a: Article, rng: random.Random) -> Article:
    """The same title at a congress, before the article."""
    journal, abbreviation, *_ = rng.choice(JOURNALS)
    page = f"{rng.randint(100, 400)}A"
    moved = _elsewhere(a, rng, journal=journal, abbreviation=abbreviation, pages=page)
    return replace(moved, year=a.year - 1, pmid="", doi="")


def update(a: Article, rng: random.Random) -> Article:
    """A Cochrane review and its update: title, people and journal are the same."""
    return _elsewhere(a, rng, year=a.year + 3, doi=f"{a.doi}.pub2" if a.doi else "")


def translated_edition(a: Article, rng: random.Random) -> Article:
    """An article again in the journal's edition in another language."""
    journal, abbreviation = "Chinese Journal of Cancer", "Chin J Cancer"
    moved = _elsewhere(a, rng, journal=journal, abbreviation=abbreviation)
    return replace(moved, year=a.year, volume=a.volume)


@dataclass(frozen=True)
class Dirt:
    """How a set is dirty: how many copies a report has, what befalls them, what looks alike."""

    copies: tuple[int, ...]
    always: tuple[Change, ...]
    accidents: Mapping[Change, float]
    beside: Mapping[Change, float]
    generic: float = 0.01


COMMON: dict[Change, float] = {
    mistyped_title: 0.02,
    hyphens_gone: 0.05,
    first_page: 0.04,
    group_author: 0.02,
    another_order: 0.02,
    doubled_surname: 0.02,
    reworded_title: 0.1,
    mistyped_page: 0.005,
    mistyped_volume: 0.005,
    accents_lost: 0.05,
}
BARE = (no_doi, no_pmid, no_abstract)
SETS: dict[str, Dirt] = {
    "screening, no issue": Dirt(
        (1, 2, 2, 2, 3),
        (*BARE, no_issue),
        COMMON
        | {
            cut_title: 0.1,
            page_letters: 0.06,
            end_of_supplement: 0.01,
            no_pages: 0.01,
            no_subtitle: 0.01,
        },
        {follow_up: 0.08, sibling: 0.08, letter: 0.02, update: 0.02},
    ),
    "letters and errata": Dirt(
        (1, 1, 1, 1, 2, 2),
        BARE,
        COMMON
        | {
            cut_title: 0.15,
            bracketed_title: 0.05,
            erratum_noted: 0.04,
            cited_title: 0.04,
            no_title: 0.01,
            first_author: 0.05,
            journal_in_volume: 0.04,
            doubled_page: 0.05,
            no_issue: 0.05,
            next_year: 0.02,
        },
        {erratum: 0.1, letter: 0.08, reply: 0.08, congress_abstract: 0.1},
        generic=0.04,
    ),
    "row numbers as issues": Dirt(
        (1, 2, 2, 3),
        (*BARE, row_number_as_issue),
        COMMON
        | {
            bracketed_title: 0.25,
            no_pages: 0.06,
            et_al: 0.04,
            mistyped_title: 0.04,
            no_journal: 0.02,
            next_year: 0.02,
        },
        {translated_edition: 0.03, follow_up: 0.08, congress_abstract: 0.04, part_two: 0.02},
    ),
    "names in two forms": Dirt(
        (2, 2, 3, 4),
        BARE,
        COMMON | {bracketed_title: 0.08, page_letters: 0.05, no_pages: 0.03, next_year: 0.01},
        {sibling: 0.1, protocol: 0.08, secondary: 0.08},
    ),
    "identifiers and abstracts": Dirt(
        (1, 1, 2, 2, 3),
        (),
        COMMON
        | {
            no_doi: 0.3,
            no_pmid: 0.6,
            no_abstract: 0.2,
            ahead_of_print: 0.08,
            copyright_in_abstract: 0.3,
            no_subtitle: 0.03,
            html_title: 0.1,
            no_journal: 0.04,
            next_year: 0.05,
        },
        {follow_up: 0.1, secondary: 0.1, protocol: 0.1, update: 0.03, congress_abstract: 0.05},
    ),
    "fields moved": Dirt(
        (1, 2, 2, 3),
        (),
        COMMON
        | {
            no_doi: 0.5,
            no_pmid: 0.8,
            html_title: 0.15,
            article_number_moved: 0.3,
            volume_as_issue: 0.03,
            month_as_page: 0.5,
            swapped_names: 0.04,
            other_doi: 0.03,
            next_year: 0.06,
            no_issue: 0.1,
            copyright_in_abstract: 0.3,
        },
        {sibling: 0.1, follow_up: 0.08, erratum: 0.03, reply: 0.03, part_two: 0.03},
    ),
}


@dataclass(frozen=True)
class DirtySet:
    """Records `x-000000` and on, and the pairs of their numbers that are one report."""

    articles: tuple[Article, ...]
    duplicates: frozenset[tuple[int, int]]

    @property
    def records(self) -> list[Record]:
        return records_of(self.articles)


def dirty_set(dirt: Dirt, reports: int, seed: int) -> DirtySet:
    """So many reports, and what stands beside them, each in as many copies as the set has."""
    rng = random.Random(seed)
    found: list[Article] = []
    same: set[tuple[int, int]] = set()
    for _ in range(reports):
        for report in (one := base(rng), *_beside(one, dirt, rng)):
            copies = list(_copies(report, dirt, rng))
            numbers = range(len(found), len(found) + len(copies))
            found += copies
            same |= set(combinations(numbers, 2))
        if rng.random() < dirt.generic:
            found.append(_generic(rng, dirt))
    return DirtySet(tuple(found), frozenset(same))


def _beside(one: Article, dirt: Dirt, rng: random.Random) -> Iterable[Article]:
    return [other(one, rng) for other, share in dirt.beside.items() if rng.random() < share]


def _copies(report: Article, dirt: Dirt, rng: random.Random) -> Iterable[Article]:
    number = min(rng.choice(dirt.copies), len(DATABASES))
    for database in rng.sample(DATABASES, number):
        copy = database(report, rng)
        for change in dirt.always:
            copy = change(copy, rng)
        # Three accidents at most: who lost everything cannot be known again by anyone.
        happened = [change for change, share in dirt.accidents.items() if rng.random() < share]
        for change in happened[:3]:
            copy = change(copy, rng)
        yield copy


def _generic(rng: random.Random, dirt: Dirt) -> Article:
    """An editorial as any issue of any journal has one."""
    made = base(rng)
    named = made.authors[: rng.randint(0, 1)]
    made = replace(made, title=rng.choice(GENERIC), authors=named, abstract="")
    for change in dirt.always:
        made = change(made, rng)
    return made
