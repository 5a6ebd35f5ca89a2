"""Which tag is which field, for each family of tagged exports: a new dialect is a row.

Tags are those that the databases document or that their exports show: RIS as Ovid, the
Cochrane Library, Embase.com, Scopus, EBSCOhost, ProQuest, Web of Science, Zotero, Mendeley,
EndNote, Rayyan and Covidence write it; NLM's MEDLINE tags (nlm.nih.gov/bsd/mms/medlineelements);
Clarivate's field tags; Ovid's; the Cochrane Library's; EndNote's `%` tags; BibTeX's fields.
Columns of tables are in `table_dialects.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DIGITS = r"[1-9]\d{4,8}"
# EBSCOhost calls its MEDLINE by letters; an Embase record may name MEDLINE beside it.
OF_MEDLINE = r"^(?!.*embase).*(?:medline|pubmed|\bnlm\b|\bDB:(?:cmedm|mdc|mnh|mdl)\b)"
SAYS_PMID = r".*\b(?:PMID|PubMed)\b.*"
IN_PUBMED = r".*ncbi\.nlm\.nih\.gov/.*"


@dataclass(frozen=True)
class Place:
    """Where a field may stand: a tag or column, what its value looks like, in whose records.

    `like` is a pattern for the whole value, its first group is what is taken; `of` one that
    must be found in what says where the record is from (`Dialect.origin`, as `TAG:value`).
    """

    tag: str
    like: str = ""
    of: str = ""


Places = tuple[Place | str, ...]


@dataclass(frozen=True)
class Dialect:
    """The places of each field in order of preference; those in `joined` are taken together.

    `marks` are the columns by which a table is known; `origin` the tags that say where a
    record is from; `kind` what its records are if they do not say.
    """

    name: str
    fields: Mapping[str, Places]
    marks: frozenset[str] = frozenset()
    origin: tuple[str, ...] = ()
    kind: str = "article"
    joined: frozenset[str] = field(default=frozenset({"kind"}))

    @property
    def read(self) -> frozenset[str]:
        """Every tag or column that is looked at."""
        places = (place for each in self.fields.values() for place in each)
        return frozenset(p if isinstance(p, str) else p.tag for p in places) | {*self.origin}


EBSCO_NOTE = r".*?Accession Number: ([\w.:-]+?)\.?(?: .*|;.*|$)"
RIS = Dialect(
    "RIS",
    {
        "title": ("TI", "T1", "CT", "BT"),
        "authors": ("AU", "A1", "A2", "A3", "ED"),
        "year": ("PY", "Y1", "YR", "DA"),
        "journal": ("JF", "T2", "JO", "BT", "JA", "J2", "J1", "T3"),
        "volume": ("VL", "VO"),
        "issue": ("IS", "CP"),
        "first_page": ("SP",),
        "last_page": ("EP",),
        "pages": ("SE", "C7", "AR"),
        "abstract": ("AB", "N2"),
        "doi": ("DO", "DI", "L3", "M3", "UR", "LK", "L2", "L1", "N1", "C7", "AN"),
        "pmid": (
            "PM",
            Place("C5", DIGITS, of="embase"),
            Place("C2", DIGITS, of="scopus|web of science|wos:"),
            Place("C3", r".*PUBMED \d+.*"),
            Place("AN", DIGITS, of=OF_MEDLINE),
            Place("ID", DIGITS, of=OF_MEDLINE),
            Place("AN", r"MEDLINE:\d+"),
            Place("N1", SAYS_PMID),
            Place("U2", SAYS_PMID),
            Place("M1", SAYS_PMID),
            Place("UR", IN_PUBMED),
            Place("L2", IN_PUBMED),
        ),
        "accession": (
            Place("U2", r"L(\d{5,})"),
            Place("AN", r"L(\d{5,})"),
            Place("AN", r"(?=.{5,})([^;]*?)\.?(?:;.*)?"),
            Place("UR", r".*embase\.com/.*[?&]id=L(\d{5,}).*"),
            Place("UR", r".*scopus\.com/.*[?&]eid=(2-s2\.0-\d+).*"),
            # Ovid and EBSCOhost give the database's number in ID, where a reference manager
            # gives its own, from 1 in each library.
            Place("ID", r"(?=.*\d)[A-Za-z0-9.:-]{6,}", of=r"\b(?:DB|DP):"),
            Place("N1", EBSCO_NOTE),
        ),
        "registration": ("C3", "CN", "N1", "M1", "M2", "AU", "AN", "TI", "T1", "UR"),
        "kind": (
            "TY",
            "M3",
            "PT",
            "DT",
            Place("N1", r".*(?:Publication Type|Document Type|Doctype): ?([^;.]*).*"),
        ),
        "url": ("UR", "LK", "US", "L2", "L1", "JA"),
    },
    origin=("DB", "DP", "UR", "AN"),
)
MEDLINE = Dialect(
    "PubMed's format",
    {
        "title": ("TI", "BTI", "TT"),
        "authors": ("FAU", "AU", "CN", "FED", "ED"),
        "year": ("DP", "DEP", "PHST", "EDAT", "CRDT"),
        "journal": ("JT", "TA", "BTI"),
        "volume": ("VI",),
        "issue": ("IP",),
        "pages": ("PG",),
        "abstract": ("AB", "OAB"),
        "doi": (
            Place("AID", r"(.*) \[doi\]"),
            Place("LID", r"(.*) \[doi\]"),
            "AID",
            "LID",
            "SO",
            "UR",
        ),
        "pmid": ("PMID",),
        "accession": ("PMID", "OID"),
        "registration": ("SI",),
        "kind": ("PT",),
        "url": ("UR",),
    },
)
OVID = Dialect(
    "Ovid's tagged text",
    {
        "title": ("TI", "TT"),
        "authors": ("FA", "AU"),
        "year": ("YR", "DP", "PD", "DA", "SO"),
        "journal": ("JN", "JT", "JA", "SO"),
        "volume": ("VO", "VI", "SO"),
        "issue": ("IP", "SO"),
        "pages": ("PG", "SO"),
        "abstract": ("AB",),
        "doi": ("DO", "DI", "SO"),
        "pmid": ("PM", Place("UI", DIGITS, of=OF_MEDLINE), Place("AN", DIGITS, of=OF_MEDLINE)),
        "accession": (Place("AN", r"(?:Peer Reviewed Journal: )?(.*?)\.?"), "UI"),
        "registration": ("CN", "NT", "SI"),
        "kind": ("PT",),
        "url": ("XL", "UR"),
    },
    origin=("DB",),
)
OVID_LABELS = Dialect(
    "Ovid's text with field names",
    {
        "title": ("Title", "Original Title"),
        "authors": ("Authors Full Name", "Author Full Name", "Authors", "Author"),
        "year": ("Year of Publication", "Publication Year", "Date of Publication", "Source"),
        "journal": ("Journal Name", "Journal", "Source"),
        "volume": ("Volume", "Source"),
        "issue": ("Issue", "Source"),
        "pages": ("Page", "Pages", "Source"),
        "abstract": ("Abstract",),
        "doi": ("Digital Object Identifier", "DOI", "DOI Number", "Source"),
        "pmid": (
            "PMID",
            "PubMed ID",
            Place("Unique Identifier", DIGITS, of=OF_MEDLINE),
            Place("Accession Number", DIGITS, of=OF_MEDLINE),
        ),
        "accession": (
            Place("Accession Number", r"(?:Peer Reviewed Journal: )?(.*?)\.?"),
            Place("Unique Identifier", r"(.*?)\.?"),
        ),
        "registration": ("Clinical Trial Number", "Clinical Trials Number", "Notes"),
        "kind": ("Publication Type", "Document Type"),
        "url": ("Link to the Ovid Full Text or citation", "Internet Link"),
    },
    origin=("Database", "Status"),
)
WOS = Dialect(
    "Web of Science's tagged text",
    {
        "title": ("TI",),
        "authors": ("AF", "AU", "CA", "BF", "BA"),
        "year": ("PY", "EY", "EA", "PD"),
        "journal": ("SO", "JI", "J9", "SE"),
        "volume": ("VL",),
        "issue": ("IS",),
        "first_page": ("BP",),
        "last_page": ("EP",),
        "pages": ("AR",),
        "abstract": ("AB",),
        "doi": ("DI", "D2"),
        "pmid": ("PM", Place("UT", r"MEDLINE:\d+")),
        "accession": ("UT",),
        "registration": ("TI",),
        "kind": ("DT", Place("PT", r"[A-Z]")),
        "url": ("UR",),
    },
)
COCHRANE = Dialect(
    "the Cochrane Library's text",
    {
        "title": ("TI",),
        "authors": ("AU",),
        "year": ("YR",),
        "journal": ("SO",),
        "volume": ("VL",),
        "issue": ("NO",),
        "pages": ("PG",),
        "abstract": ("AB",),
        "doi": ("DOI",),
        "pmid": (Place("PM", r".*?\d+.*"),),
        "accession": ("ID", "AN"),
        "registration": ("CC", "XR", "AU", "TI", "US", "SO"),
        "kind": ("PT",),
        "url": ("US", "SO"),
    },
)
REFER = Dialect(
    "EndNote's tagged text",
    {
        "title": ("%T", "%B"),
        "authors": ("%A", "%E"),
        "year": ("%D", "%8"),
        "journal": ("%J", "%B"),
        "volume": ("%V",),
        "issue": ("%N",),
        "pages": ("%P",),
        "abstract": ("%X",),
        "doi": ("%R", "%U", "%Z"),
        "pmid": (
            Place("%M", DIGITS, of=OF_MEDLINE),
            Place("%2", SAYS_PMID),
            Place("%Z", SAYS_PMID),
            Place("%U", IN_PUBMED),
        ),
        "accession": (Place("%M", r"(?=.{5,})L?(\d{5,}|.*?)\.?"),),
        "registration": ("%Z", "%A", "%M", "%T"),
        "kind": ("%0", "%9"),
        "url": ("%U",),
    },
    origin=("%~", "%W", "%U"),
)
BIBTEX = Dialect(
    "BibTeX",
    {
        "title": ("title",),
        "authors": ("author", "authors", "editor"),
        "year": ("year", "date", "publication_date"),
        "journal": ("journal", "journaltitle", "booktitle"),
        "volume": ("volume",),
        "issue": ("number", "issue"),
        "pages": ("pages", "article-number", "art_number", "eid"),
        "abstract": ("abstract",),
        "doi": ("doi", "url", "eprint", "note"),
        "pmid": (
            "pmid",
            "pubmed_id",
            "pubmedid",
            Place("unique-id", r"MEDLINE:\d+"),
            Place("note", SAYS_PMID),
            Place("eprint", DIGITS),
            Place("url", IN_PUBMED),
        ),
        "accession": (
            "unique-id",
            "accession",
            "accession_number",
            Place("url", r".*scopus\.com/.*[?&]eid=(2-s2\.0-\d+).*"),
        ),
        "registration": ("note", "annote", "title"),
        "kind": ("document_type", "type", "entry type", "archiveprefix"),
        "url": ("url", "link"),
    },
)
ENDNOTE = Dialect(
    "EndNote XML",
    {
        "title": ("titles/title",),
        "authors": ("contributors/authors/author", "contributors/secondary-authors/author"),
        "year": ("dates/year", "dates/pub-dates/date"),
        "journal": (
            "periodical/full-title",
            "titles/secondary-title",
            "alt-periodical/full-title",
            "periodical/abbr-1",
        ),
        "volume": ("volume",),
        "issue": ("number", "issue"),
        "pages": ("pages", "custom7"),
        "abstract": ("abstract",),
        "doi": ("electronic-resource-num", "urls/related-urls/url", "urls/pdf-urls/url", "notes"),
        "pmid": (
            Place("accession-num", DIGITS, of=OF_MEDLINE),
            Place("custom2", SAYS_PMID),
            Place("notes", SAYS_PMID),
            Place("research-notes", SAYS_PMID),
            Place("urls/related-urls/url", IN_PUBMED),
        ),
        "accession": (Place("accession-num", r"(?=.{5,})L?(\d{5,}|.*?)\.?"),),
        "registration": ("custom3", "notes", "accession-num", "titles/title"),
        "kind": ("ref-type", "work-type", "custom3"),
        "url": ("urls/related-urls/url", "urls/web-urls/url"),
    },
    origin=("remote-database-name", "remote-database-provider", "urls/related-urls/url"),
)
_ARTICLE = "MedlineCitation/Article"
_BOOK = "BookDocument"
PUBMED_XML = Dialect(
    "PubMed's XML",
    {
        "title": (
            f"{_ARTICLE}/ArticleTitle",
            f"{_ARTICLE}/VernacularTitle",
            f"{_BOOK}/ArticleTitle",
            f"{_BOOK}/Book/BookTitle",
        ),
        "authors": (
            f"{_ARTICLE}/AuthorList/Author",
            f"{_BOOK}/AuthorList/Author",
            f"{_BOOK}/Book/AuthorList/Author",
        ),
        "year": (
            f"{_ARTICLE}/Journal/JournalIssue/PubDate/Year",
            f"{_ARTICLE}/Journal/JournalIssue/PubDate/MedlineDate",
            f"{_ARTICLE}/ArticleDate/Year",
            f"{_BOOK}/Book/PubDate/Year",
        ),
        "journal": (
            f"{_ARTICLE}/Journal/Title",
            f"{_ARTICLE}/Journal/ISOAbbreviation",
            "MedlineCitation/MedlineJournalInfo/MedlineTA",
            f"{_BOOK}/Book/BookTitle",
        ),
        "volume": (f"{_ARTICLE}/Journal/JournalIssue/Volume",),
        "issue": (f"{_ARTICLE}/Journal/JournalIssue/Issue",),
        "pages": (f"{_ARTICLE}/Pagination/MedlinePgn", f"{_ARTICLE}/Pagination/StartPage"),
        "abstract": (f"{_ARTICLE}/Abstract/AbstractText", f"{_BOOK}/Abstract/AbstractText"),
        "doi": (
            f"{_ARTICLE}/ELocationID[@EIdType='doi']",
            "PubmedData/ArticleIdList/ArticleId[@IdType='doi']",
            f"{_BOOK}/ArticleIdList/ArticleId[@IdType='doi']",
        ),
        "pmid": ("MedlineCitation/PMID", f"{_BOOK}/PMID"),
        "accession": ("MedlineCitation/PMID", f"{_BOOK}/PMID"),
        "registration": (f"{_ARTICLE}/DataBankList/DataBank/AccessionNumberList/AccessionNumber",),
        "kind": (
            f"{_ARTICLE}/PublicationTypeList/PublicationType",
            f"{_BOOK}/PublicationType",
        ),
    },
    joined=frozenset({"kind", "abstract"}),
)
