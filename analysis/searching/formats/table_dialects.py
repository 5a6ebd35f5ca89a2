"""Which column of a table is which field: a new database is a row, a new name one word.

Column names in small letters, with spaces for underscores. They are those of the exports of
Zotero, Lens, Scopus, OpenAlex, Dimensions, the Cochrane Library, Covidence, Rayyan, Embase.com,
EBSCOhost, ProQuest, Publish or Perish, PubMed, Web of Science, IEEE Xplore, ClinicalTrials.gov
(until 2023, and since) and ICTRP.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analysis.searching.formats.dialects import IN_PUBMED, SAYS_PMID, WOS, Dialect, Place, Places

# Names that mean one thing in every table that has them.
COMMON: dict[str, Places] = {
    "title": (
        "title",
        "article title",
        "document title",
        "primary title",
        "paper title",
        "record title",
        "display name",
        "study title",
        "original title",
    ),
    "authors": (
        "author full names",
        "authors full name",
        "authors",
        "author",
        "author(s)",
        "author/s",
        "author names",
        "authors list",
        "authorships.author.display name",
        "contributors",
        "book authors",
        "inventors",
    ),
    "year": (
        "year",
        "publication year",
        "published year",
        "pubyear",
        "pub year",
        "year of publication",
        "publication date",
        "date published",
        "publicationdate",
        "date of publication",
        "pubdate",
        "date",
        "early access date",
    ),
    "journal": (
        "journal",
        "journal title",
        "journal name",
        "journal/book",
        "source title",
        "publication title",
        "publication",
        "pubtitle",
        "secondary title",
        "full journal name",
        "container title",
        "primary location.source.display name",
        "locations.source.display name",
        "venue",
        "source",
        "book title",
        "conference title",
        "anthology title",
        "abbreviated source title",
        "journal abbreviation",
    ),
    "volume": ("volume", "vol", "biblio.volume"),
    "issue": ("issue", "number", "issue number", "no", "biblio.issue"),
    "first_page": (
        "page start",
        "start page",
        "first page",
        "startpage",
        "pagestart",
        "biblio.first page",
    ),
    "last_page": ("page end", "end page", "last page", "endpage", "pageend", "biblio.last page"),
    "pages": ("pages", "page", "pagination", "art. no.", "article number"),
    "abstract": ("abstract", "abstract note", "summary", "abstracts", "original abstract"),
    "doi": (
        "doi",
        "doi link",
        "digital object identifier",
        "digitalobjectidentifier",
        "ids.doi",
        "doi url",
        "link",
        "url",
        "urls",
        "articleurl",
        "ee",
    ),
    "pmid": (
        "pmid",
        "pubmed id",
        "pubmedid",
        "medline pmid",
        "pubmed number",
        "ids.pmid",
        "pubmed",
        Place("accession number", r"MEDLINE:\d+"),
        Place("notes", SAYS_PMID),
        Place("extra", SAYS_PMID),
        Place("url", IN_PUBMED),
        Place("link", IN_PUBMED),
    ),
    "accession": (
        "accession number",
        "accessionnumber",
        "accession",
        "lens id",
        "eid",
        "ut (unique wos id)",
        "publication id",
        "embase accession id",
        "embase accession number",
        Place("pui", r"L?(\d+)"),
        "central id",
        "cochrane id",
        "proquest document id",
        "storeid",
        "an",
        Place("id", r"https?://openalex\.org/(W\d+)"),
        Place("ids.openalex", r"https?://openalex\.org/(W\d+)"),
        Place("id", r"(?:CN-\d+|CD\d+)"),
        "nct number",
        "trialid",
    ),
    "registration": (
        "clinical trial numbers",
        "trial registry number",
        "registration number",
        "nct number",
        "trialid",
        "notes",
        "extra",
        "title",
    ),
    "kind": (
        "item type",
        "document type",
        "publication type",
        "type of reference",
        "documenttype",
        "document types",
        "doctype",
        "doctypes",
        "pubtypes",
        "type",
        "genre",
        "reference type",
    ),
    "url": (
        "url",
        "urls",
        "link",
        "plink",
        "articleurl",
        "documenturl",
        "study url",
        "web address",
        "external url",
        "source urls",
        "primary location.landing page url",
        "embase link",
        "dimensions url",
        "pdf link",
    ),
}
TABLE = Dialect("a table of records", COMMON, origin=("database", "longdbname", "source"))
# Registers describe a trial in several columns, which together say what an abstract says.
REGISTER = replace(TABLE, kind="registry", joined=frozenset({"kind", "abstract"}))


def _register(name: str, marks: Iterable[str], **fields: Places) -> Dialect:
    return replace(REGISTER, name=name, marks=frozenset(marks), fields={"kind": (), **fields})


# The first whose marks are all among a table's columns.
TABLES = (
    _register(
        "ClinicalTrials.gov's CSV",
        ("nct number", "study title"),
        accession=("nct number",),
        registration=("nct number",),
        title=("study title",),
        abstract=("brief summary", "conditions", "interventions", "primary outcome measures"),
        authors=("sponsor",),
        year=("first posted", "start date"),
        url=("study url",),
    ),
    _register(
        "ClinicalTrials.gov's CSV until 2023",
        ("nct number", "title"),
        accession=("nct number",),
        registration=("nct number",),
        title=("title",),
        abstract=("conditions", "interventions", "outcome measures"),
        authors=("sponsor/collaborators",),
        year=("first posted", "start date"),
        url=("url",),
    ),
    _register(
        "ICTRP's table",
        ("trialid", "public title"),
        accession=("trialid",),
        registration=("trialid",),
        title=("public title", "scientific title"),
        abstract=("scientific title", "condition", "intervention", "primary outcome"),
        authors=("primary sponsor",),
        year=("date registration3", "date registration", "date enrollement"),
        url=("web address", "url"),
    ),
    replace(
        TABLE,
        name="PubMed's CSV",
        marks=frozenset({"pmid", "journal/book"}),
        fields=COMMON | {"accession": ("pmid",)},
    ),
    replace(
        TABLE,
        name="Zotero's CSV",
        marks=frozenset({"key", "item type", "title"}),
        fields=COMMON | {"accession": (), "registration": ("extra", "call number", "title")},
    ),
    replace(
        TABLE,
        name="Rayyan's CSV",
        marks=frozenset({"key", "title", "authors"}),
        fields=COMMON | {"accession": ()},
    ),
    replace(
        WOS,
        name="Web of Science's tab-delimited table",
        marks=frozenset({"pt", "ti", "so"}),
        fields={
            field: tuple(
                replace(place, tag=place.tag.lower()) if isinstance(place, Place) else place.lower()
                for place in places
            )
            for field, places in WOS.fields.items()
        },
    ),
    replace(
        TABLE,
        name="Dimensions' CSV",
        marks=frozenset({"publication id", "title", "dimensions url"}),
    ),
    replace(TABLE, name="Lens's CSV", marks=frozenset({"lens id", "title"})),
    replace(TABLE, name="Scopus's CSV", marks=frozenset({"eid", "title"})),
    replace(TABLE, name="Embase.com's CSV", marks=frozenset({"title", "pui"})),
    replace(TABLE, name="the Cochrane Library's CSV", marks=frozenset({"title", "author(s)"})),
    replace(TABLE, name="Publish or Perish's CSV", marks=frozenset({"title", "gsrank"})),
    replace(TABLE, name="Covidence's CSV", marks=frozenset({"title", "covidence #"})),
)


def table_dialect(header: Iterable[str]) -> Dialect | None:
    """The dialect of a table by its columns; None where they are no bibliography's."""
    columns = frozenset(header)
    for dialect in TABLES:
        if dialect.marks <= columns:
            return dialect
    titles = columns.intersection(map(str, COMMON["title"]))
    return TABLE if titles and not (TABLE.read - titles).isdisjoint(columns) else None
