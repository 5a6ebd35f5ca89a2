"""Which records are the same report: within a search and across searches.

Two reports of one study (a preprint and its article, a conference abstract and the
paper, a protocol, a correction) are not duplicates: both stay, and the pair is listed
as related. What the rules cannot tell is put before a person, whose ruling outweighs
every rule.

The evidence that a rule asks for follows bib-dedupe (Wagner 2024, 10.21105/joss.06318),
which the tests measure beside these rules on sets as dirty as real exports.
"""

from __future__ import annotations

from analysis.searching.duplicate_clusters import Pair, Verdict
from analysis.searching.duplicate_fields import OTHER_REPORT, Fields
from analysis.searching.duplicate_likeness import Authors, Likeness, Same, Title, compare

Found = tuple[Verdict, str] | None

# The rules that make a duplicate, the strongest first.
PMID = "same PubMed number"
REGISTRATION = "same registration"
DOI = "same DOI and title"
PLACE = "same title, volume and page"
PAGES = "same authors, journal, volume and pages"
AUTHORS = "same title, authors and journal"
ABSTRACT = "same title and abstract"
TITLE_ONLY = "same title and year, no authors given"
STRENGTH = (PMID, REGISTRATION, DOI, PLACE, PAGES, AUTHORS, ABSTRACT, TITLE_ONLY)
TWICE = "one title, published twice"


def judge(one: Fields, other: Fields) -> Pair | None:
    """What the rules say of two records, the smaller identity first; None: nothing in common."""
    alike = compare(one, other)
    found = alike and (_identifiers(alike) or _described(alike))
    if not (alike and found):
        return None
    verdict, rule = found
    if reason := _another_report(alike):
        verdict, rule = "related", reason
    return Pair(one.record_id, other.record_id, verdict, rule)


def _identifiers(alike: Likeness) -> Found:
    """What a number says that is given once: in PubMed, by a registry, by a publisher."""
    first, second = alike.one.record, alike.other.record
    if first.pmid and first.pmid == second.pmid:
        unlike = alike.title is Title.OTHER and alike.authors is Authors.OTHER
        return ("possible", "one PubMed number, two titles") if unlike else ("duplicate", PMID)
    # An article quotes its registration; only the registry's own record is it.
    registries = first.kind == second.kind == "registry"
    if registries and first.registration and first.registration == second.registration:
        return "duplicate", REGISTRATION
    if alike.doi is not Same.YES:
        return None
    known = alike.telling or alike.authors is not Authors.OTHER
    if alike.title >= Title.WITHIN and known:
        return "duplicate", DOI
    if alike.title is Title.MISSING and alike.authors is not Authors.OTHER:
        return "duplicate", DOI
    if alike.title is Title.REWORDED and alike.authors >= Authors.SOME:
        return ("duplicate", DOI) if alike.place else ("possible", "one DOI, two titles")
    return None


def _described(alike: Likeness) -> Found:
    """What title, authors, journal, place and year say together."""
    if alike.place:
        return _in_one_place(alike)
    if alike.title is Title.SAME and alike.telling:
        return _one_title(alike)
    if alike.title is Title.WITHIN and alike.telling:
        return _title_within(alike)
    return None


def _in_one_place(alike: Likeness) -> Found:
    some_authors, same_journal = alike.authors >= Authors.SOME, alike.journal is Same.YES
    if alike.title is Title.SAME or (alike.title is Title.WITHIN and some_authors):
        same = some_authors and (alike.telling or alike.journal is not Same.NO)
        nobody = alike.telling and alike.authors is Authors.MISSING
        return ("duplicate", PLACE) if same or nobody or same_journal else None
    if not some_authors or alike.year is Same.NO:
        return None
    if alike.title is Title.REWORDED and alike.misspelled:
        return "duplicate", PLACE
    # Two articles share a page where one ends, and a page of short abstracts; not all pages.
    missing = alike.title is Title.MISSING
    if same_journal and (missing or alike.same_last_page or alike.article_number):
        return "duplicate", PAGES
    asked = missing or alike.title is Title.REWORDED
    return ("possible", "one page, two titles") if asked else None


def _one_title(alike: Likeness) -> Found:
    """One title, and not one place in both: is what is known of the place the same?"""
    if alike.authors is Authors.OTHER:
        return None
    if Same.NO in (alike.year, alike.doi) or alike.volume is alike.page is Same.NO:
        return "related", TWICE
    if alike.authors is Authors.MISSING:
        return _nobody_named(alike)
    same_page, same_year = alike.page is Same.YES, alike.one.year == alike.other.year
    against = Same.NO in (alike.volume, alike.page)
    if alike.journal is Same.NO:
        if same_page and not against and same_year:
            return "duplicate", AUTHORS
        same_volume = alike.volume is Same.YES and alike.issue is not Same.NO and not against
        return ("possible" if same_page or same_volume else "related"), "one title, two journals"
    if not against:
        little = not alike.placed and alike.abstract is not Same.YES
        asked = little and (alike.abstract is Same.NO or alike.journal is Same.UNKNOWN)
        return ("possible", "one title, too little else") if asked else ("duplicate", AUTHORS)
    same_issue = alike.issue is Same.YES
    if alike.volume is Same.NO:
        told = alike.issue is not Same.NO or alike.same_last_page or alike.article_number
        in_issue = same_issue and alike.page is Same.UNKNOWN and alike.journal is Same.YES
        mistyped = same_year and ((same_page and told) or in_issue)
    else:
        two_forms = alike.printed_and_online and alike.issue is not Same.NO
        mistyped = alike.page_mistyped or two_forms
    if mistyped:
        return "duplicate", AUTHORS
    asked = same_issue or alike.volume is Same.NO
    return ("possible", "one title, two pages or volumes") if asked else ("related", TWICE)


def _nobody_named(alike: Likeness) -> Found:
    if Same.NO in (alike.journal, alike.volume, alike.page):
        return "related", TWICE
    if alike.abstract is Same.YES:
        return "duplicate", ABSTRACT
    if alike.one.year != alike.other.year or alike.abstract is Same.NO:
        return "possible", "one title, no authors given"
    return "duplicate", TITLE_ONLY


def _title_within(alike: Likeness) -> Found:
    """One title is the beginning or a part of the other: cut, or a paper about the first."""
    against = Same.NO in (alike.year, alike.doi, alike.journal, alike.volume, alike.page)
    if alike.authors < Authors.SOME or against:
        return None
    same_journal = alike.journal is Same.YES
    if alike.page is Same.YES and same_journal:
        return "duplicate", PLACE
    if alike.cut_title and same_journal:
        return "duplicate", AUTHORS
    if alike.abstract is Same.YES:
        return "duplicate", ABSTRACT
    return "possible", "one title within the other"


def _another_report(alike: Likeness) -> str:
    """Why two records that look alike are two reports all the same; "" where nothing says so."""
    first, second = alike.one.record, alike.other.record
    if first.pmid and second.pmid and first.pmid != second.pmid:
        return "two PubMed numbers"
    kinds, same_doi = {alike.one.kind, alike.other.kind}, alike.doi is Same.YES
    for kind, unless in (
        ("registry", False),
        ("preprint", same_doi),
        ("conference", same_doi or alike.place),
    ):
        if kind in kinds and len(kinds) > 1 and not unless:
            return f"one is a {kind} record"
    said = alike.one.says ^ alike.other.says
    if alike.place or same_doi:
        said -= OTHER_REPORT.keys()  # a subtitle is left out, or mistyped
    return f"one title says {min(said)}" if said else ""
