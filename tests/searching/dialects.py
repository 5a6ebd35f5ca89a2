"""The same made-up articles in each dialect that databases and tools export.

Tags and column names are the real ones; what they hold is made up.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from tests.searching.corpus import Article
from tests.searching.exports import full_names

Write = Callable[[Sequence[Article]], str | bytes]


def _first(a: Article) -> str:
    return a.pages.split("-")[0]


def _last(a: Article) -> str:
    return a.pages.split("-")[1]


def initials(a: Article) -> list[str]:
    """As Vancouver style has it: `Aspen R`."""
    return [f"{surname} {given[0]}" for surname, given in a.authors]


def given_first(a: Article) -> list[str]:
    return [f"{given} {surname}" for surname, given in a.authors]


def _ris(lines: Callable[[int, Article], Iterable[tuple[str, str]]], **form: str) -> Write:
    """A writer of RIS: what stands between tag and value, at the end, before and after."""
    between, end = form.get("between", "  - "), form.get("end", "ER  - ")
    before, after = form.get("before", ""), form.get("after", "\n")

    def write(articles: Sequence[Article]) -> str:
        records = []
        for number, a in enumerate(articles, start=1):
            tagged = [f"{tag}{between}{text}" for tag, text in lines(number, a)]
            head = before.format(number=number, total=len(articles))
            records.append(head + "\n".join([*tagged, end]) + "\n" + after)
        return "\n".join(records)

    return write


def _place(a: Article) -> list[tuple[str, str]]:
    return [("VL", a.volume), ("IS", a.issue), ("SP", _first(a)), ("EP", _last(a))]


def _authors(a: Article, tag: str = "AU") -> list[tuple[str, str]]:
    return [(tag, name) for name in full_names(a)]


central_ris = _ris(
    lambda n, a: [
        *[("TY", "JOUR"), ("AN", f"CN-0{a.pmid}"), *_authors(a), ("TI", a.title)],
        *[("JA", a.journal), ("PY", str(a.year)), *_place(a)[:2], ("SP", a.pages)],
        *[("C3", f"PUBMED {a.pmid},EMBASE 6{a.pmid}"), ("M3", "Journal article")],
        *[("AB", a.abstract), ("US", "https://www.cochranelibrary.com/x"), ("DO", a.doi)],
    ],
    between="  -  ",
    end="ER  -  ",
    before="Record #{number} of {total}\nProvider: John Wiley & Sons, Ltd.\n"
    'Content: text/plain; charset="UTF-8"\n\n',
)
ovid_2024_ris = _ris(
    lambda n, a: [
        *[("TY", "JOUR"), ("DB", "Ovid MEDLINE(R) ALL"), ("ID", a.pmid), ("T1", a.title)],
        *[*_authors(a, "A1"), ("Y1", f"{a.year}//"), ("N2", a.abstract), ("JF", a.journal)],
        *[*_place(a), ("DO", f"https://dx.doi.org/{a.doi}"), ("LA", "English")],
    ],
    before="{number}. \n",
    after="NL  - J Ex\n\nLink to the Ovid Full Text or citation: https://example.org/1\n\n"
    "C1  - Database: Example <1980 to 2024>\n\nSearch Strategy:\n\n----------\n1  pain/ (9)\n\n",
)
embase_ris = _ris(
    lambda n, a: [
        *[("TY", "JOUR"), ("M3", "Article"), ("Y1", str(a.year)), *_place(a)],
        *[("JF", a.journal), ("JO", a.abbreviation), ("U2", f"L20{a.pmid}"), ("C5", a.pmid)],
        ("UR", f"https://www.embase.com/search/results?subaction=viewrecord&id=L20{a.pmid}"),
        *[("DB", "Embase"), ("DB", "Medline"), ("DO", a.doi), *_authors(a, "A1")],
        *[("T1", a.title), ("N2", a.abstract)],
    ]
)
scopus_ris = _ris(
    lambda n, a: [
        *[("TY", "JOUR"), *_authors(a), ("TI", a.title), ("PY", str(a.year)), ("T2", a.journal)],
        *[("J2", a.abbreviation), *_place(a), ("DO", a.doi), ("AB", a.abstract), ("C2", a.pmid)],
        ("UR", f"https://www.scopus.com/inward/record.uri?eid=2-s2.0-8{a.pmid}&doi=10.1%2fx"),
        *[("M3", "Article"), ("DB", "Scopus"), ("N1", "Export Date: 1 May 2026; Cited By: 3")],
    ]
)
ebsco_ris = _ris(
    lambda n, a: [
        *[("TY", "JOUR"), ("ID", f"16{a.pmid}"), ("T1", a.title), *_authors(a)],
        *[("JO", a.journal), ("JF", a.journal), ("Y1", f"{a.year}/05//May{a.year}")],
        ("N1", f"Accession Number: 16{a.pmid}. Language: English. PMID: NLM{a.pmid}. "),
        *[*_place(a), ("L3", a.doi), ("AB", a.abstract), ("DP", "EBSCOhost"), ("DB", "ccm")],
    ]
)
proquest_ris = _ris(
    lambda n, a: [
        *[("TY", "JOUR"), *_authors(a), ("T1", a.title), ("JF", a.journal), ("N2", a.abstract)],
        *[*_place(a), ("Y1", f"{a.year}/03//"), ("DO", a.doi), ("AN", f"29{a.pmid}; {a.pmid}")],
        *[("DB", "APA PsycInfo®"), ("U2", f"PMID: {a.pmid}"), ("L2", "https://example.org")],
    ]
)
wos_ris = _ris(
    lambda n, a: [
        *[("TY", "JOUR"), *_authors(a), ("TI", a.title), ("T2", a.journal), ("AB", a.abstract)],
        *[("DA", f"{a.year} MAR"), ("PY", str(a.year)), *_place(a), ("DO", a.doi)],
        *[("AN", f"WOS:0{a.pmid}"), ("C2", a.pmid), ("M3", "Article")],
    ]
)
zotero_ris = _ris(
    lambda n, a: [
        *[("TY", "JOUR"), ("TI", a.title), *_authors(a), ("T2", a.journal), ("AB", a.abstract)],
        *[("DA", f"{a.year}/03/01/"), ("PY", str(a.year)), ("DO", a.doi), ("VL", a.volume)],
        *[("IS", a.issue), ("SP", _first(a)), ("EP", _last(a)), ("J2", a.abbreviation)],
        *[("DP", "PubMed"), ("L2", f"http://www.ncbi.nlm.nih.gov/pubmed/{a.pmid}")],
    ]
)
mendeley_ris = _ris(
    lambda n, a: [
        *[("TY", "JOUR"), ("T1", a.title), *_authors(a), ("Y1", f"{a.year}/03/01/")],
        *[("PY", str(a.year)), ("N2", a.abstract), ("JF", a.journal), ("VL", a.volume)],
        *[("IS", a.issue), ("SP", _first(a)), ("EP", _last(a)), ("DO", a.doi)],
        ("UR", f"https://pubmed.ncbi.nlm.nih.gov/{a.pmid}/"),
    ]
)
rayyan_ris = _ris(
    lambda n, a: [
        *[("TY", "JOUR"), ("ID", f"rayyan-{n}"), ("T1", a.title), *_authors(a)],
        *[("Y1", f"{a.year}/3/1"), ("JF", a.journal), *_place(a)[:2], ("SP", a.pages)],
        *[("N2", a.abstract), ("DO", a.doi), ("N1", 'RAYYAN-INCLUSION: {"Anna"=>"Included"}')],
    ]
)
covidence_ris = _ris(
    lambda n, a: [
        *[("TY", "JOUR"), ("ID", f"#{n}"), *_authors(a), ("TI", a.title), ("AB", a.abstract)],
        *[("JO", a.journal), ("PY", str(a.year)), *_place(a)[:2], ("SP", a.pages), ("DO", a.doi)],
    ]
)
type_within_ris = _ris(
    lambda n, a: [
        *[("DB", "Example"), *_authors(a), ("TY", "JOUR"), ("TI", a.title), ("PY", "in press")],
        *[("Y1", f"{a.year}0115"), ("JF", a.journal), *_place(a), ("DO", a.doi)],
        ("AB", "\n".join(_halves(a.abstract, True))),
    ]
)


def pubmed_xml(articles: Sequence[Article]) -> str:
    records = []
    for a in articles:
        authors = "".join(
            f"<Author><LastName>{escape(s)}</LastName><ForeName>{g}</ForeName></Author>"
            for s, g in a.authors
        )
        records.append(
            f'<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">{a.pmid}</PMID>'
            f"<Article><Journal><JournalIssue><Volume>{a.volume}</Volume><Issue>{a.issue}</Issue>"
            f"<PubDate><Year>{a.year}</Year></PubDate></JournalIssue>"
            f"<Title>{a.journal}</Title></Journal><ArticleTitle>{a.title}</ArticleTitle>"
            f"<Pagination><MedlinePgn>{a.pages}</MedlinePgn></Pagination>"
            f'<ELocationID EIdType="doi">{a.doi}</ELocationID>'
            f"<Abstract><AbstractText>{a.abstract}</AbstractText></Abstract>"
            f"<AuthorList>{authors}</AuthorList><PublicationTypeList><PublicationType>"
            "Journal Article</PublicationType></PublicationTypeList></Article></MedlineCitation>"
            "<PubmedData><ArticleIdList/></PubmedData></PubmedArticle>"
        )
    doctype = (
        '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2024//EN" '
        '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_240101.dtd">'
    )
    body = "\n".join(records)
    declared = f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}'
    return f"{declared}\n<PubmedArticleSet>\n{body}\n</PubmedArticleSet>\n"


def eric_nbib(articles: Sequence[Article]) -> str:
    records = [
        "\n".join(
            [
                "OWN - ERIC",
                f"TI  - {a.title}",
                *(f"AU  - {name}" for name in full_names(a)),
                f"OID - EJ{a.pmid}",
                f"AB  - {a.abstract}",
                f"JT  - {a.journal}",
                f"DP  - {a.year}",
                f"VI  - {a.volume}",
                f"IP  - {a.issue}",
                f"PG  - {a.pages}",
                f"LID - http://dx.doi.org/{a.doi}",
            ]
        )
        for a in articles
    ]
    return "\n\n".join(records) + "\n"


def _wos_fields(a: Article) -> list[tuple[str, Sequence[str]]]:
    return [
        *[("AU", initials(a)), ("AF", full_names(a)), ("TI", [a.title]), ("SO", [a.journal])],
        *[("DT", ["Article"]), ("AB", [a.abstract]), ("PY", [str(a.year)]), ("VL", [a.volume])],
        *[("IS", [a.issue]), ("BP", [_first(a)]), ("EP", [_last(a)]), ("DI", [a.doi])],
        *[("UT", [f"WOS:0{a.pmid}"]), ("PM", [a.pmid])],
    ]


def wos_ciw(articles: Sequence[Article]) -> str:
    lines = ["FN Clarivate Analytics Web of Science", "VR 1.0"]
    for a in articles:
        lines.append("PT J")
        for tag, values in _wos_fields(a):
            wrapped = [part for value in values for part in _halves(value, tag in ("TI", "AB"))]
            lines += [f"{tag} {wrapped[0]}", *(f"   {part}" for part in wrapped[1:])]
        lines += ["ER", ""]
    return "\n".join([*lines, "EF", ""])


def _halves(text: str, halve: bool) -> list[str]:
    words = text.split(" ")
    middle = len(words) // 2
    return [" ".join(words[:middle]), " ".join(words[middle:])] if halve else [text]


def wos_tab(articles: Sequence[Article]) -> str:
    rows = [["PT", *(tag for tag, _ in _wos_fields(articles[0]))]]
    rows += [["J", *("; ".join(values) for _, values in _wos_fields(a))] for a in articles]
    return "\ufeff" + "\r\n".join("\t".join(row) for row in rows) + "\r\n"


def ovid_tagged(articles: Sequence[Article]) -> str:
    records = []
    for number, a in enumerate(articles, start=1):
        lines = [f"<{number}. >", "VN  - Ovid Technologies", "DB  - Ovid MEDLINE(R) ALL"]
        lines += [f"UI  - {a.pmid}", *(f"FA  - {name}" for name in full_names(a))]
        lines += [*(f"AU  - {name}" for name in initials(a)), *_ovid_wrapped("TI", a.title)]
        lines += [f"SO  - {a.journal}. {a.volume}({a.issue}):{a.pages}, {a.year} Mar."]
        lines += [*_ovid_wrapped("AB", a.abstract), f"DO  - https://dx.doi.org/{a.doi}"]
        records.append("\r\n".join([*lines, "PT  - Journal Article", f"YR  - {a.year}", ""]))
    return "\r\n".join(records)


def _ovid_wrapped(tag: str, text: str) -> list[str]:
    first, second = _halves(text, True)
    return [f"{tag}  - {first}", f"      {second}"]


def ovid_labelled(articles: Sequence[Article]) -> str:
    records = []
    for number, a in enumerate(articles, start=1):
        source = f"{a.journal}. {a.volume}({a.issue}):{a.pages}, {a.year} Mar."
        fields = {
            "Database": "Ovid MEDLINE(R) ALL <1946 to May 1, 2026>",
            "Unique Identifier": a.pmid,
            "Title": a.title,
            "Source": source,
            "Authors": "\n  ".join(f"{name};" for name in initials(a)),
            "Abstract": "\n  ".join(_halves(a.abstract, True)),
            "Digital Object Identifier": f"https://dx.doi.org/{a.doi}",
            "Publication Type": "Journal Article",
            "Year of Publication": str(a.year),
        }
        lines = [f"{label}\n  {text}" for label, text in fields.items()]
        records.append("\n".join([f"<{number}>", *lines, ""]))
    return "\n".join(records)


def cochrane_text(articles: Sequence[Article]) -> str:
    records = []
    for number, a in enumerate(articles, start=1):
        lines = [f"Record #{number} of {len(articles)}", f"ID: CN-0{a.pmid}"]
        lines += [*(f"AU: {name}" for name in full_names(a)), f"TI: {a.title}", f"SO: {a.journal}"]
        lines += [f"YR: {a.year}", f"VL: {a.volume}", f"NO: {a.issue}", f"PG: {a.pages}"]
        lines += [f"PM: PUBMED {a.pmid}", "PT: Journal article", f"DOI: {a.doi}"]
        records.append(
            "\n".join([*lines, f"AB: {a.abstract}", "US: https://example.org/x", "", ""])
        )
    return "\n".join(records)


def endnote_enw(articles: Sequence[Article]) -> str:
    records = []
    for number, a in enumerate(articles, start=1):
        lines = ["%0 Journal Article", *(f"%A {name}" for name in full_names(a)), f"%D {a.year}"]
        lines += [f"%T {a.title}", f"%J {a.journal}", f"%V {a.volume}", f"%N {a.issue}"]
        lines += [f"%P {a.pages}", f"%R {a.doi}", f"%X {a.abstract}", f"%M {a.pmid}"]
        records.append("\n".join([*lines, "%~ PubMed", f"%F {number}"]))
    return "\n\n".join(records) + "\n"


def bibtex(articles: Sequence[Article]) -> str:
    # Tools make keys of names and years: two articles have one here.
    return "\n\n".join(
        f"@article{{{a.authors[0][0].lower()}2020,\n"
        f"  title = {{{{{a.title}}}}},\n"
        f"  author = {{{' and '.join(full_names(a))}}},\n"
        f"  journal = {{{a.journal}}},\n  year = {{{a.year}}},\n  volume = {{{a.volume}}},\n"
        f'  number = "{a.issue}",\n  pages = {{{a.pages.replace("-", "--")}}},\n'
        f"  doi = {{{a.doi}}},\n  pmid = {{{a.pmid}}},\n  abstract = {{{a.abstract}}},\n}}"
        for a in articles
    )


def ictrp_xml(articles: Sequence[Article]) -> str:
    trials = "\n".join(
        f"<Trial>\n<Internal_Number>{n}\n</Internal_Number>\n<TrialID>NCT{a.pmid}\n</TrialID>\n"
        f"<Public_title>{a.title}\n</Public_title>\n<Scientific_title>{a.abstract}\n"
        f"</Scientific_title>\n<Primary_sponsor>Example University\n</Primary_sponsor>\n"
        f"<Date_registration>01/03/{a.year}</Date_registration>\n"
        f"<Date_registration3>{a.year}0301\n</Date_registration3>\n"
        f"<web_address>https://example.org/{n}</web_address>\n<Condition>Pain</Condition>\n</Trial>"
        for n, a in enumerate(articles, start=1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Trials_downloaded_from_ICTRP>\n'
        f"{trials}\n</Trials_downloaded_from_ICTRP>\n"
    )


def europepmc_json(articles: Sequence[Article]) -> str:
    """As its interface sends `core` results."""
    results = [
        {
            "id": a.pmid, "source": "MED", "pmid": a.pmid, "doi": a.doi, "title": a.title,
            "authorString": f"{', '.join(initials(a))}.",
            "authorList": {"author": [
                {"fullName": n, "lastName": n.split()[0]} for n in initials(a)
            ]},
            "journalInfo": {
                "issue": a.issue, "volume": a.volume, "yearOfPublication": a.year,
                "journal": {"title": a.journal, "medlineAbbreviation": a.abbreviation},
            },
            "pubYear": str(a.year), "pageInfo": a.pages, "abstractText": a.abstract,
            "pubTypeList": {"pubType": ["Journal Article", "research-article"]},
            "firstIndexDate": f"{a.year}-03-01", "isOpenAccess": "N", "citedByCount": 2,
        }
        for a in articles
    ]  # fmt: skip
    answer = {
        "version": "6.9", "hitCount": len(results), "nextCursorMark": "AoIIQKfYxyg0NDIyNjA1Nw==",
        "request": {"queryString": "pain", "resultType": "core", "cursorMark": "*"},
        "resultList": {"result": results},
    }  # fmt: skip
    return json.dumps(answer, ensure_ascii=False)


def clinicaltrials_json(articles: Sequence[Article]) -> str:
    studies = [
        {
            "protocolSection": {
                "identificationModule": {"nctId": f"NCT{a.pmid}", "briefTitle": a.title},
                "statusModule": {"studyFirstPostDateStruct": {"date": f"{a.year}-03-01"}},
                "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Example University"}},
                "descriptionModule": {"briefSummary": a.abstract},
                "conditionsModule": {"conditions": ["Chronic Pain", "Headache"]},
            },
            "hasResults": False,
        }
        for a in articles
    ]
    return json.dumps({"studies": studies}, ensure_ascii=False, indent=1)


Cells = Callable[[int, Article], dict[str, str]]


def _rows(cells: Cells, articles: Sequence[Article]) -> list[list[str]]:
    rows = [cells(number, a) for number, a in enumerate(articles, start=1)]
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def _table(cells: Cells, before: str = "") -> Write:
    def write(articles: Sequence[Article]) -> str:
        text = io.StringIO(newline="")
        text.write(before)
        csv.writer(text, quoting=csv.QUOTE_ALL).writerows(_rows(cells, articles))
        return text.getvalue()

    return write


def _workbook(cells: Cells) -> Write:
    def write(articles: Sequence[Article]) -> bytes:
        from openpyxl import Workbook

        book = Workbook()
        book.active.title = "savedrecs"
        for row in _rows(cells, articles):
            book.active.append([int(c) if c.isdigit() and len(c) < 5 else c for c in row])
        book.create_sheet("notes").append(["made up"])
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    return write


def _zotero(n: int, a: Article) -> dict[str, str]:
    return {
        "Key": f"AB{n}CD", "Item Type": "journalArticle", "Publication Year": str(a.year),
        "Author": "; ".join(full_names(a)), "Title": a.title, "Publication Title": a.journal,
        "DOI": a.doi, "Url": "https://example.org", "Abstract Note": a.abstract,
        "Date": f"{a.year}-05-01", "Pages": a.pages, "Issue": a.issue, "Volume": a.volume,
        "Extra": f"PMID: {a.pmid}",
    }  # fmt: skip


def _lens(n: int, a: Article) -> dict[str, str]:
    return {
        "Lens ID": f"000-000-{a.pmid}", "Title": a.title, "Date Published": f"{a.year}-05-01",
        "Publication Year": str(a.year), "Publication Type": "journal article",
        "Source Title": a.journal, "ISSNs": "12345678", "Author/s": "; ".join(given_first(a)),
        "Abstract": a.abstract, "Volume": a.volume, "Issue Number": a.issue,
        "Start Page": _first(a), "End Page": _last(a), "Source URLs": "", "PMID": a.pmid,
        "DOI": a.doi,
    }  # fmt: skip


def _scopus(n: int, a: Article) -> dict[str, str]:
    numbered = "; ".join(f"{name} (57{k})" for k, name in enumerate(full_names(a), start=1))
    return {
        "Authors": "; ".join(initials(a)), "Author full names": numbered, "Title": a.title,
        "Year": str(a.year), "Source title": a.journal, "Volume": a.volume, "Issue": a.issue,
        "Art. No.": "", "Page start": _first(a), "Page end": _last(a), "Cited by": "0",
        "DOI": a.doi, "Link": f"https://www.scopus.com/x?eid=2-s2.0-8{a.pmid}",
        "Abstract": a.abstract, "PubMed ID": a.pmid, "Document Type": "Article",
        "Source": "Scopus", "EID": f"2-s2.0-8{a.pmid}",
    }  # fmt: skip


def _scopus_old(n: int, a: Article) -> dict[str, str]:
    cells = _scopus(n, a) | {"Authors": ", ".join(initials(a))}
    del cells["Author full names"]
    return cells


def _openalex(n: int, a: Article) -> dict[str, str]:
    return {
        "id": f"https://openalex.org/W{a.pmid}", "doi": f"https://doi.org/{a.doi}",
        "display_name": a.title, "publication_year": str(a.year), "type": "article",
        "ids.pmid": f"https://pubmed.ncbi.nlm.nih.gov/{a.pmid}", "biblio.volume": a.volume,
        "biblio.issue": a.issue, "biblio.first_page": _first(a), "biblio.last_page": _last(a),
        "primary_location.source.display_name": a.journal, "abstract": a.abstract,
        "authorships.author.display_name": "|".join(given_first(a)),
    }  # fmt: skip


def _openalex_words(n: int, a: Article) -> dict[str, str]:
    return {
        "Title": a.title, "Author": "|".join(given_first(a)), "Year": str(a.year),
        "DOI": f"https://doi.org/{a.doi}", "Type": "article", "Source": a.journal,
        "Citation count": "3", "Abstract": a.abstract, "ID": f"https://openalex.org/W{a.pmid}",
    }  # fmt: skip


def _dimensions(n: int, a: Article) -> dict[str, str]:
    return {
        "Rank": str(n), "Publication ID": f"pub.1{a.pmid}", "DOI": a.doi, "PMID": a.pmid,
        "Title": a.title, "Abstract": a.abstract, "Source title": a.journal, "Anthology title": "",
        "Publication date": f"{a.year}-03", "PubYear": str(a.year), "Volume": a.volume,
        "Issue": a.issue, "Pagination": a.pages, "Publication Type": "Article",
        "Authors": "; ".join(full_names(a)), "Dimensions URL": "https://app.dimensions.ai/x",
    }  # fmt: skip


def _cochrane(n: int, a: Article) -> dict[str, str]:
    return {
        "CENTRAL ID": f"CN-0{a.pmid}", "Author(s)": "; ".join(initials(a)), "Title": a.title,
        "Source": a.journal, "Year": str(a.year), "Volume": a.volume, "Issue": a.issue,
        "Pages": a.pages, "Abstract": a.abstract, "PubMed ID": f"PUBMED {a.pmid}", "DOI": a.doi,
        "URL": "https://www.cochranelibrary.com/x",
    }  # fmt: skip


def _covidence(n: int, a: Article) -> dict[str, str]:
    return {
        "Title": a.title, "Authors": "; ".join(full_names(a)), "Abstract": a.abstract,
        "Published Year": str(a.year), "Published Month": "3", "Journal": a.journal,
        "Volume": a.volume, "Issue": a.issue, "Pages": a.pages, "Accession Number": "",
        "DOI": a.doi, "Ref": "", "Covidence #": f"#{n}", "Study": "", "Notes": "", "Tags": "",
    }  # fmt: skip


def _rayyan(n: int, a: Article) -> dict[str, str]:
    return {
        "key": f"rayyan-{n}", "title": a.title, "year": str(a.year), "month": "3", "day": "1",
        "journal": a.journal, "issn": "", "volume": a.volume, "issue": a.issue, "pages": a.pages,
        "authors": " and ".join(full_names(a)), "url": "", "language": "eng", "publisher": "",
        "location": "", "abstract": a.abstract, "notes": 'RAYYAN-INCLUSION: {"A"=>"Included"}',
        "doi": a.doi, "keywords": "", "pubmed_id": a.pmid, "pmc_id": "",
    }  # fmt: skip


def _embase(n: int, a: Article) -> dict[str, str]:
    return {
        "Title": a.title, "Author Names": "; ".join(full_names(a)),
        "Source": f"{a.journal} ({a.year}) {a.volume}:{a.issue}", "Source title": a.journal,
        "Publication Year": str(a.year), "Volume": a.volume, "Issue": a.issue,
        "First Page": _first(a), "Last Page": _last(a), "Date of Publication": f"1 Mar {a.year}",
        "Publication Type": "Article", "Abstract": a.abstract, "Clinical Trial Numbers": "",
        "Embase Accession ID": f"20{a.pmid}", "Medline PMID": a.pmid, "PUI": f"L20{a.pmid}",
        "DOI": a.doi,
    }  # fmt: skip


def embase_fields(articles: Sequence[Article]) -> str:
    """Embase.com's other CSV: a field a line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for a in articles:
        url = f"http://www.ncbi.nlm.nih.gov/pubmed/{a.pmid}"
        writer.writerows(
            [
                *[["TITLE", a.title], ["AUTHOR NAMES", *full_names(a)]],
                *[["SOURCE TITLE", a.journal], ["PUBLICATION YEAR", str(a.year)]],
                *[["VOLUME", a.volume], ["ISSUE", a.issue], ["PAGES", a.pages]],
                *[["PUBLICATION TYPE", "Article"], ["MEDLINE PMID", a.pmid, url]],
                *[["PUI", f"L20{a.pmid}"], ["DOI", a.doi], ["ABSTRACT", a.abstract], []],
            ]
        )
    return text.getvalue()


def _ebsco(n: int, a: Article) -> dict[str, str]:
    return {
        "Article Title": a.title, "Author": "; ".join(full_names(a)), "Journal Title": a.journal,
        "ISSN": "12345678", "Publication Date": f"{a.year}0301", "Volume": a.volume,
        "Issue": a.issue, "First Page": _first(a), "Page Count": "9",
        "Accession Number": f"16{a.pmid}", "DOI": a.doi, "Doctype": "Article",
        "Abstract": a.abstract, "PLink": "https://search.ebscohost.com/x",
    }  # fmt: skip


def _ebsco_new(n: int, a: Article) -> dict[str, str]:
    return {
        "an": f"16{a.pmid}", "title": a.title, "contributors": "; ".join(full_names(a)),
        "source": a.journal, "longDBName": "CINAHL Ultimate", "publicationDate": f"{a.year}0301",
        "volume": a.volume, "issue": a.issue, "pageStart": _first(a), "doi": a.doi,
        "docTypes": "Article", "abstract": a.abstract, "plink": "https://search.ebscohost.com/x",
    }  # fmt: skip


def _proquest(n: int, a: Article) -> dict[str, str]:
    return {
        "Title": a.title, "Abstract": a.abstract, "StoreId": f"29{a.pmid}",
        "Authors": "; ".join(full_names(a)), "documentType": "Journal Article",
        "pubtitle": a.journal, "year": str(a.year), "volume": a.volume, "issue": a.issue,
        "pages": a.pages, "digitalObjectIdentifier": a.doi, "DocumentURL": "https://example.org",
    }  # fmt: skip


def _publish_or_perish(n: int, a: Article) -> dict[str, str]:
    return {
        "Cites": "3", "Authors": ", ".join(f"{g[0]} {s}" for s, g in a.authors), "Title": a.title,
        "Year": str(a.year), "Source": a.journal, "Publisher": "Example",
        "ArticleURL": f"https://example.org/doi/{a.doi}", "CitesURL": "", "GSRank": str(n),
        "Type": "", "DOI": a.doi, "Volume": a.volume, "Issue": a.issue, "StartPage": _first(a),
        "EndPage": _last(a), "Age": "3", "Abstract": a.abstract,
    }  # fmt: skip


def _pubmed(n: int, a: Article) -> dict[str, str]:
    return {
        "PMID": a.pmid, "Title": a.title, "Authors": ", ".join(initials(a)) + ".",
        "Citation": f"{a.abbreviation}. {a.year}", "First Author": initials(a)[0],
        "Journal/Book": a.journal, "Publication Year": str(a.year), "Create Date": "2024/01/01",
        "PMCID": "", "NIHMS ID": "", "DOI": a.doi,
    }  # fmt: skip


def _wos_words(n: int, a: Article) -> dict[str, str]:
    return {
        "Publication Type": "J", "Authors": "; ".join(initials(a)),
        "Author Full Names": "; ".join(full_names(a)), "Article Title": a.title,
        "Source Title": a.journal, "Document Type": "Article", "Abstract": a.abstract,
        "Publication Year": str(a.year), "Volume": a.volume, "Issue": a.issue,
        "Start Page": _first(a), "End Page": _last(a), "DOI": a.doi, "Pubmed Id": a.pmid,
        "UT (Unique WOS ID)": f"WOS:0{a.pmid}",
    }  # fmt: skip


def _clinicaltrials_old(n: int, a: Article) -> dict[str, str]:
    return {
        "Rank": str(n), "NCT Number": f"NCT{a.pmid}", "Title": a.title, "Acronym": "",
        "Status": "Completed", "Conditions": a.abstract, "Interventions": "Device: Splint",
        "Outcome Measures": "Pain", "Sponsor/Collaborators": "Example University",
        "Start Date": f"May 2, {a.year}", "First Posted": f"April 1, {a.year}",
        "URL": f"https://ClinicalTrials.gov/show/NCT{a.pmid}",
    }  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """A writer, and how its records differ from the articles.

    `number` is the accession number expected; `lacks` the fields that the dialect has not.
    """

    write: Write
    number: Callable[[Article], str] = lambda a: ""
    authors: Callable[[Article], list[str]] = full_names
    lacks: frozenset[str] = field(default=frozenset())
    pages: Callable[[Article], str] = lambda a: a.pages


def _of(write: Write, number: str = "", lacks: str = "", **more: object) -> Dialect:
    fields = frozenset(lacks.split())
    return Dialect(write, lambda a: number.format(a=a), lacks=fields, **more)  # type: ignore[arg-type]


DIALECTS = {
    "central-two-blanks.ris": _of(central_ris, "CN-0{a.pmid}"),
    "ovid-lines-after-end.ris": _of(ovid_2024_ris, "{a.pmid}"),
    "embase.ris": _of(embase_ris, "20{a.pmid}"),
    "scopus.ris": _of(scopus_ris, "2-s2.0-8{a.pmid}"),
    "cinahl.ris": _of(ebsco_ris, "16{a.pmid}"),
    "proquest.ris": _of(proquest_ris, "29{a.pmid}"),
    "wos.ris": _of(wos_ris, "WOS:0{a.pmid}"),
    "zotero.ris": _of(zotero_ris),
    "mendeley.ris": _of(mendeley_ris),
    "rayyan.ris": _of(rayyan_ris, lacks="pmid"),
    "covidence.ris": _of(covidence_ris, lacks="pmid"),
    "type-within.ris": _of(type_within_ris, lacks="pmid"),
    "eric.nbib": _of(eric_nbib, "EJ{a.pmid}", lacks="pmid"),
    "pubmed.xml": _of(pubmed_xml, "{a.pmid}"),
    "europepmc.json": _of(europepmc_json, "MED/{a.pmid}", authors=initials),
    "pubmed.csv": _of(_table(_pubmed), "{a.pmid}", "abstract volume issue pages", authors=initials),
    "wos.ciw": _of(wos_ciw, "WOS:0{a.pmid}"),
    "wos-tab.txt": _of(wos_tab, "WOS:0{a.pmid}"),
    "wos.xlsx": _of(_workbook(_wos_words), "WOS:0{a.pmid}"),
    "ovid.ovd": _of(ovid_tagged, "{a.pmid}"),
    "ovid-labelled.txt": _of(ovid_labelled, "{a.pmid}", authors=initials),
    "cochrane.txt": _of(cochrane_text, "CN-0{a.pmid}"),
    "endnote.enw": _of(endnote_enw, "{a.pmid}"),
    "refs.bib": _of(bibtex),
    "zotero.csv": _of(_table(_zotero)),
    "zotero.xlsx": _of(_workbook(_zotero)),
    "lens.csv": _of(_table(_lens), "000-000-{a.pmid}", authors=given_first),
    "scopus.csv": _of(_table(_scopus), "2-s2.0-8{a.pmid}"),
    "scopus-old.csv": _of(_table(_scopus_old), "2-s2.0-8{a.pmid}", authors=initials),
    "openalex.csv": _of(_table(_openalex), "W{a.pmid}", authors=given_first),
    "openalex-words.csv": _of(
        _table(_openalex_words), "W{a.pmid}", "pmid volume issue pages", authors=given_first
    ),
    "dimensions.csv": _of(
        _table(_dimensions, '"About the data: Exported on May 01, 2026."\r\n'), "pub.1{a.pmid}"
    ),
    "cochrane.csv": _of(_table(_cochrane), "CN-0{a.pmid}", authors=initials),
    "covidence.csv": _of(_table(_covidence), lacks="pmid"),
    "rayyan.csv": _of(_table(_rayyan)),
    "embase.csv": _of(_table(_embase), "20{a.pmid}"),
    "embase-fields.csv": _of(embase_fields, "20{a.pmid}"),
    "ebsco.csv": _of(_table(_ebsco), "16{a.pmid}", "pmid", pages=_first),
    "ebsco-new.csv": _of(_table(_ebsco_new), "16{a.pmid}", "pmid", pages=_first),
    "proquest.xlsx": _of(_workbook(_proquest), "29{a.pmid}", "pmid"),
    "publish-or-perish.csv": _of(
        _table(_publish_or_perish),
        lacks="pmid",
        authors=lambda a: [f"{given[0]} {surname}" for surname, given in a.authors],
    ),
}
REGISTERS: dict[str, Write] = {
    "clinicaltrials-old.csv": _table(_clinicaltrials_old),
    "clinicaltrials.json": clinicaltrials_json,
    "ictrp.xml": ictrp_xml,
}
