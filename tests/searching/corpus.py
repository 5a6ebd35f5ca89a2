"""Made-up records in the manner of bibliographic databases, and labelled variants of them.

Nothing here is a real article: titles, authors and abstracts are drawn at random
from word lists, in real journals with their real abbreviations.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace

from analysis.searching.identities import make_records
from analysis.searching.records import Raw, Record


def _words(text: str, separator: str | None = None) -> list[str]:
    return text.split(separator)


STARTS = _words(
    "Ander Berg Carl Dahl Ek Falk Gran Hol Ing Jo Kron Lind Mel Nor Ost Palm Ros Sand Tor Wal"
)
ENDS = _words("berg dal feld gren holm kvist man mark sson stein ström stedt quist well wood")
SURNAMES = [
    *(start + end for start in STARTS for end in ENDS),
    *_words("Chen de-Souza Dubois García López Müller Nguyen O'Brien Sánchez Zhang"),
]
FORENAMES = _words(
    "Anna Åsa Ben Carla Chloé Daniel Elena Erik Fatima Gerhard Hanna Ines Jakob Karin Lars "
    "Maria Nadia Olof Paula Peter Rosa Sara Sven Teresa Tomas Ulrika Viktor Wei Yuki Zoe"
)
JOURNALS = (
    ("Pain", "Pain"),
    ("European Journal of Pain", "Eur J Pain"),
    ("The Journal of Pain", "J Pain"),
    ("The Clinical Journal of Pain", "Clin J Pain"),
    ("Journal of Medical Internet Research", "J Med Internet Res"),
    ("Internet Interventions", "Internet Interv"),
    ("Cognitive Behaviour Therapy", "Cogn Behav Ther"),
    ("Behaviour Research and Therapy", "Behav Res Ther"),
    ("Journal of Consulting and Clinical Psychology", "J Consult Clin Psychol"),
    ("Headache", "Headache"),
    ("Cephalalgia", "Cephalalgia"),
    ("BMJ Open", "BMJ Open"),
    ("Journal of Behavioral Medicine", "J Behav Med"),
    ("Journal of Rehabilitation Medicine", "J Rehabil Med"),
    ("Pain Medicine", "Pain Med"),
    ("Trials", "Trials"),
)
THERAPIES = _words(
    "acceptance and commitment therapy|cognitive behavioural therapy|mindfulness training|"
    "relaxation training|pain coping skills training|exposure therapy|problem solving therapy|"
    "hypnosis|biofeedback|self-management education|motivational interviewing|yoga|walking",
    "|",
)
DELIVERIES = _words(
    "Internet-delivered|web-based|smartphone-based|telephone-supported|online|digital|"
    "therapist-guided|group-based|self-guided|video-conferenced",
    "|",
)
CONDITIONS = _words(
    "chronic low back pain|fibromyalgia|migraine|osteoarthritis of the knee|chronic headache|"
    "rheumatoid arthritis|temporomandibular disorder|persistent pain after surgery|"
    "chronic neck pain|irritable bowel syndrome|cancer pain|spinal cord injury|endometriosis",
    "|",
)
DESIGNS = _words(
    "a randomised controlled trial|a pilot study|a qualitative study|a systematic review|"
    "a cohort study|a feasibility trial|an economic evaluation|a secondary analysis",
    "|",
)
PEOPLE = _words(
    "adults|veterans|older people|employees|outpatients|women|primary care patients", "|"
)
AIMS = _words("disability|sleep|depression|work ability|catastrophising|opioid use|anxiety", "|")
FILLER = _words(
    "baseline follow-up intervention control participants randomised waiting list outcome "
    "interference intensity questionnaire interval effect difference weeks modules adherence "
    "therapist messages improved measured secondary primary analysis intention treat clinic "
    "recruited sample group sessions programme moderate small between within estimated"
)


@dataclass(frozen=True)
class Article:
    """One record before any database has formatted it."""

    title: str
    authors: tuple[tuple[str, str], ...]
    journal: str
    abbreviation: str
    year: int
    volume: str
    issue: str
    pages: str
    doi: str
    pmid: str
    abstract: str
    kind: str = "article"


def article(rng: random.Random) -> Article:
    """One made-up article."""
    journal, abbreviation = rng.choice(JOURNALS)
    year = rng.randint(2000, 2026)
    first = rng.randint(1, 1800)
    number = rng.randint(10_000_000, 39_999_999)
    title = (
        f"{rng.choice(DELIVERIES)} {rng.choice(THERAPIES)} for {rng.choice(CONDITIONS)} and "
        f"{rng.choice(AIMS)} in {rng.choice(PEOPLE)}: {rng.choice(DESIGNS)}"
    )
    return Article(
        title=title[0].upper() + title[1:],
        authors=tuple(_authors(rng)),
        journal=journal,
        abbreviation=abbreviation,
        year=year,
        volume=str(year - 1985),
        issue=str(rng.randint(1, 12)),
        pages=f"{first}-{first + rng.randint(5, 14)}",
        doi=f"10.{rng.randint(1000, 9999)}/made.up.{number}",
        pmid=str(number),
        abstract=_abstract(rng),
    )


def articles(number: int, seed: int = 1) -> list[Article]:
    """So many different articles, the same for the same seed."""
    rng = random.Random(seed)
    return [article(rng) for _ in range(number)]


def _authors(rng: random.Random) -> list[tuple[str, str]]:
    surnames = rng.sample(SURNAMES, rng.randint(2, 7))
    return [(surname, f"{rng.choice(FORENAMES)} {rng.choice('ABEJKLMS')}") for surname in surnames]


def _abstract(rng: random.Random) -> str:
    sentences = (" ".join(rng.choices(FILLER, k=14)).capitalize() + "." for _ in range(12))
    return "BACKGROUND: " + " ".join(sentences)


# Variants that are the same report, as another database words it: to be merged.


def without_doi(article: Article, rng: random.Random) -> Article:
    return replace(article, doi="", pmid="")


def abbreviated_journal(article: Article, rng: random.Random) -> Article:
    return replace(article, journal=article.abbreviation, doi="", pmid="")


def swapped_authors(article: Article, rng: random.Random) -> Article:
    first, *rest = article.authors
    return replace(article, authors=(*rest[:1], first, *rest[1:]), pmid="")


def initials_only(article: Article, rng: random.Random) -> Article:
    authors = tuple(
        (surname, "".join(part[0] for part in given.split())) for surname, given in article.authors
    )
    return replace(article, authors=authors, doi="", pmid="", title=article.title.upper())


def without_abstract(article: Article, rng: random.Random) -> Article:
    return replace(article, abstract="", journal=article.abbreviation, pmid="")


def print_year(article: Article, rng: random.Random) -> Article:
    return replace(article, year=article.year + 1, pmid="", journal=article.abbreviation)


def ahead_of_print(article: Article, rng: random.Random) -> Article:
    return replace(article, volume="", issue="", pages="", pmid="")


def typing_error(article: Article, rng: random.Random) -> Article:
    place = rng.randrange(5, len(article.title) - 5)
    title = article.title[:place] + article.title[place + 1 :]
    return replace(article, title=title, doi="", pmid="", journal=article.abbreviation)


def first_page_only(article: Article, rng: random.Random) -> Article:
    return replace(article, pages=article.pages.split("-")[0], doi="", issue="", pmid="")


def ampersand_and_spelling(article: Article, rng: random.Random) -> Article:
    title = article.title.replace(" and ", " & ").replace("behavioural", "behavioral")
    return replace(article, title=title + ".", doi=article.doi.upper(), pmid="")


def without_subtitle(article: Article, rng: random.Random) -> Article:
    return replace(article, title=article.title.split(":")[0], doi="", pmid="")


def first_author_only(article: Article, rng: random.Random) -> Article:
    return replace(article, authors=article.authors[:1], pmid="", abstract="")


def markup_and_entities(article: Article, rng: random.Random) -> Article:
    title = article.title.replace(" and ", " &amp; ").replace("for ", "for <i>") + "</i>"
    return replace(article, title=title, pmid="", doi="")


def article_number(article: Article, rng: random.Random) -> Article:
    return replace(article, pages=f"e{rng.randint(1000, 99999)}", issue="", pmid="")


SAME_REPORT = (
    without_subtitle,
    first_author_only,
    markup_and_entities,
    article_number,
    without_doi,
    abbreviated_journal,
    swapped_authors,
    initials_only,
    without_abstract,
    print_year,
    ahead_of_print,
    typing_error,
    first_page_only,
    ampersand_and_spelling,
)


# Variants that are another report, often of the same study: never to be merged.


def preprint(article: Article, rng: random.Random) -> Article:
    number = rng.randint(10_000_000, 39_999_999)
    return replace(
        article,
        journal="medRxiv",
        abbreviation="medRxiv",
        year=article.year - 1,
        volume="",
        issue="",
        pages="",
        doi=f"10.1101/{number}",
        pmid="",
        kind="preprint",
    )


def conference_abstract(article: Article, rng: random.Random) -> Article:
    return replace(
        article,
        journal="Pain Practice",
        abbreviation="Pain Pract",
        year=article.year - 1,
        volume=str(rng.randint(1, 25)),
        issue="S1",
        pages=str(rng.randint(30, 99)),
        doi="",
        pmid="",
        abstract=_abstract(rng),
        kind="conference",
    )


def _another(article: Article, rng: random.Random, title: str, **changes: str | int) -> Article:
    first = rng.randint(1, 1800)
    number = rng.randint(10_000_000, 39_999_999)
    return replace(
        article,
        title=title,
        pages=f"{first}-{first + 9}",
        issue=str(rng.randint(1, 12)),
        doi=f"10.{rng.randint(1000, 9999)}/made.up.{number}",
        pmid=str(number),
        abstract=_abstract(rng),
        **changes,
    )


def study_protocol(article: Article, rng: random.Random) -> Article:
    title = article.title.split(":")[0] + ": study protocol for a randomised controlled trial"
    return _another(article, rng, title, year=article.year - 2, volume=str(article.year - 1987))


def follow_up_paper(article: Article, rng: random.Random) -> Article:
    title = article.title.split(":")[0] + ": two-year follow-up of a randomised controlled trial"
    return _another(article, rng, title, year=article.year + 2, volume=str(article.year - 1983))


def correction(article: Article, rng: random.Random) -> Article:
    changed = _another(article, rng, f"Correction to: {article.title}")
    return replace(changed, pages=rng.choice(("", changed.pages)), abstract="", doi="", pmid="")


def reply(article: Article, rng: random.Random) -> Article:
    return replace(_another(article, rng, f"Reply to: {article.title}"), abstract="")


def second_part(article: Article, rng: random.Random) -> Article:
    title = article.title.split(":")[0] + ": part 2, process evaluation"
    return _another(article, rng, title)


def sibling_trial(article: Article, rng: random.Random) -> Article:
    """The same team, year and journal; another condition."""
    named = next(name for name in CONDITIONS if name in article.title)
    other = rng.choice([name for name in CONDITIONS if name != named])
    return _another(article, rng, article.title.replace(named, other))


OTHER_REPORT = (
    preprint,
    conference_abstract,
    study_protocol,
    follow_up_paper,
    correction,
    reply,
    second_part,
    sibling_trial,
)


@dataclass(frozen=True)
class Labelled:
    """A set of records with the truth: which pairs are the same report."""

    articles: tuple[Article, ...]
    duplicates: frozenset[tuple[int, int]]
    other_reports: frozenset[tuple[int, int]]
    kinds: dict[tuple[int, int], str]


def labelled(bases: int = 300, seed: int = 7) -> Labelled:
    """Articles, each followed by two same-report variants and one other report of its study.

    A variant is one to three changes drawn at random, the second stacked upon the first.
    """
    rng = random.Random(seed)
    found: list[Article] = []
    duplicates: set[tuple[int, int]] = set()
    others: set[tuple[int, int]] = set()
    kinds: dict[tuple[int, int], str] = {}
    for number in range(bases):
        base = len(found)
        found.append(article(rng))
        said = []
        for _ in range(2):
            changes = rng.sample(SAME_REPORT, rng.randint(1, 3))
            variant = found[base]
            for change in changes:
                variant = change(variant, rng)
            found.append(variant)
            said.append(" + ".join(change.__name__ for change in changes))
        group = range(base, len(found))
        duplicates |= {(a, b) for a in group for b in group if a < b}
        kinds |= {(base, base + 1 + i): name for i, name in enumerate(said)}
        kinds[(base + 1, base + 2)] = " and ".join(said)
        change = OTHER_REPORT[number % len(OTHER_REPORT)]
        found.append(change(found[base], rng))
        for one in group:
            others.add((one, len(found) - 1))
            kinds[(one, len(found) - 1)] = change.__name__
    return Labelled(tuple(found), frozenset(duplicates), frozenset(others), kinds)


def records_of(articles: Iterable[Article]) -> list[Record]:
    """The articles as records, numbered `x-000000` in their order."""
    raws = (
        Raw(
            line=1,
            title=a.title,
            authors=tuple(f"{surname}, {given}" for surname, given in a.authors),
            year=str(a.year),
            journal=a.journal,
            volume=a.volume,
            issue=a.issue,
            pages=a.pages,
            doi=a.doi,
            pmid=a.pmid,
            abstract=a.abstract,
            kind=a.kind,
            accession=f"{number:06d}",
        )
        for number, a in enumerate(articles)
    )
    return make_records(raws, "x")
