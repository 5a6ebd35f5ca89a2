"""The same made-up articles as different databases export them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from xml.sax.saxutils import escape

from tests.searching.corpus import Article


def ovid_ris(articles: Iterable[Article]) -> str:
    """Ovid: T1, A1, N2, Y1 with slashes, its number in ID; a header counts the records."""
    lines: list[str] = []
    for number, a in enumerate(articles, start=1):
        lines += [f"{number}. ", "", "TY  - JOUR", "DB  - Ovid MEDLINE(R) ALL", f"ID  - {a.pmid}"]
        lines += [f"T1  - {a.title}", *(f"A1  - {name}" for name in full_names(a))]
        lines += [f"Y1  - {a.year}//", f"N2  - {a.abstract}", f"JF  - {a.journal}"]
        first, _, last = a.pages.partition("-")
        lines += [f"JA  - {a.abbreviation}", f"VL  - {a.volume}", f"IS  - {a.issue}"]
        lines += [f"SP  - {first}", f"EP  - {last}", f"DO  - https://dx.doi.org/{a.doi}"]
        lines += ["ER  - ", ""]
    return "\r\n".join(lines)


def ebsco_ris(articles: Iterable[Article]) -> str:
    """EBSCO: AU, TI, JO, accession in AN; the abstract may run over several lines."""
    lines: list[str] = []
    for a in articles:
        half = len(a.abstract) // 2
        space = a.abstract.index(" ", half)
        lines += ["TY  - JOUR", f"AN  - 2019-{a.pmid}-001", *(f"AU  - {n}" for n in full_names(a))]
        lines += [f"TI  - {a.title}", f"JO  - {a.journal}", f"PY  - {a.year}/03//"]
        lines += [f"AB  - {a.abstract[:space]}", a.abstract[space + 1 :], f"VL  - {a.volume}"]
        lines += [f"IS  - {a.issue}", f"SP  - {a.pages}", f"DO  - {a.doi}", "DB  - APA PsycInfo"]
        lines += ["DP  - EBSCOhost", "ER  - ", "", ""]
    return "\n".join(lines)


def endnote_ris(articles: Iterable[Article]) -> str:
    """EndNote: T2 for the journal, DA and PY, notes in N1."""
    lines: list[str] = []
    for a in articles:
        lines += ["TY  - JOUR", *(f"AU  - {n}" for n in full_names(a)), f"AB  - {a.abstract}"]
        lines += [f"AN  - {a.pmid}", f"DA  - {a.year}/01/01", f"DO  - {a.doi.upper()}"]
        lines += [f"IS  - {a.issue}", f"N1  - PMID: {a.pmid}", f"PY  - {a.year}"]
        lines += [f"SP  - {a.pages}", f"T2  - {a.journal}", f"TI  - {a.title}"]
        lines += [f"VL  - {a.volume}", "ER  -", ""]
    return "\n".join(lines)


def managed_ris(articles: Iterable[Article]) -> str:
    """A reference manager without the databases' numbers: its own in ID, from 1 in each library."""
    lines: list[str] = []
    for number, a in enumerate(articles, start=1):
        lines += ["TY  - JOUR", *(f"AU  - {n}" for n in full_names(a)), f"TI  - {a.title}"]
        lines += [f"AB  - {a.abstract}", f"PY  - {a.year}", f"T2  - {a.journal}"]
        lines += [f"VL  - {a.volume}", f"IS  - {a.issue}", f"SP  - {a.pages}"]
        lines += [f"DO  - {a.doi}", "DB  - MEDLINE", f"ID  - {number}", "ER  - ", ""]
    return "\n".join(lines)


def cochrane_ris(articles: Iterable[Article]) -> str:
    """Cochrane Library: its own number in AN, keywords many, the journal in T2."""
    lines: list[str] = []
    for a in articles:
        lines += ["TY  - JOUR", f"AN  - CN-{a.pmid}", *(f"AU  - {n}" for n in full_names(a))]
        lines += [f"TI  - {a.title}", f"T2  - {a.journal}", f"PY  - {a.year}", f"VL  - {a.volume}"]
        lines += [f"IS  - {a.issue}", f"SP  - {a.pages}", "KW  - *Chronic Pain", "KW  - Adult"]
        lines += [f"DO  - {a.doi}", f"AB  - {a.abstract}", "ER  -", "", ""]
    return "\n".join(lines)


def nbib(articles: Iterable[Article]) -> str:
    """PubMed: four-letter tags, lines wrapped and indented by six, a blank line between."""
    records = []
    for a in articles:
        lines = [f"PMID- {a.pmid}", "OWN - NLM", "STAT- MEDLINE", f"DP  - {a.year} Mar"]
        lines += [*_wrapped("TI", a.title), *_wrapped("AB", a.abstract)]
        for surname, given in a.authors:
            lines += [f"FAU - {surname}, {given}", f"AU  - {surname} {given[0]}"]
        lines += ["LA  - eng", "PT  - Journal Article", f"TA  - {a.abbreviation}"]
        lines += [f"JT  - {a.journal}", f"VI  - {a.volume}", f"IP  - {a.issue}", f"PG  - {a.pages}"]
        lines += [f"AID - {a.doi} [doi]", "AID - S0304-3959(17)30001-2 [pii]", "SI  - "]
        lines[-1] += "ClinicalTrials.gov/NCT01234567"
        lines += ["PHST- 2019/01/02 06:00 [pubmed]", f"SO  - {a.abbreviation}. {a.year}."]
        records.append("\n".join(lines))
    return "\n" + "\n\n".join(records) + "\n"


def clinicaltrials_csv(articles: Iterable[Article]) -> str:
    header = ["NCT Number", "Study Title", "Study URL", "Study Status", "Brief Summary"]
    header += ["Conditions", "Sponsor", "First Posted"]
    rows = (
        [
            _nct(a),
            a.title,
            f"https://clinicaltrials.gov/study/{_nct(a)}",
            "COMPLETED",
            a.abstract,
            "Chronic Pain|Headache",
            "Uppsala University",
            f"{a.year}-03-01",
        ]
        for a in articles
    )
    return _csv(header, rows)


def ictrp_csv(articles: Iterable[Article]) -> str:
    header = ["TrialID", "Last Refreshed on", "Public_title", "Scientific_title"]
    header += ["Primary_sponsor", "Date_registration", "Source_Register", "web_address"]
    rows = (
        [
            _nct(a),
            "1 January 2026",
            a.title,
            a.abstract,
            "Uppsala University",
            f"01/03/{a.year}",
            "ClinicalTrials.gov",
            f"https://clinicaltrials.gov/study/{_nct(a)}",
        ]
        for a in articles
    )
    return _csv(header, rows)


def plain_csv(articles: Iterable[Article]) -> str:
    header = ["Title", "Authors", "Year", "Journal", "Volume", "Issue", "Pages", "DOI", "Abstract"]
    rows = (
        [
            a.title,
            "; ".join(full_names(a)),
            str(a.year),
            a.journal,
            a.volume,
            a.issue,
            a.pages,
            a.doi,
            a.abstract,
        ]
        for a in articles
    )
    return _csv(header, rows)


def endnote_xml(articles: Iterable[Article]) -> str:
    records = []
    for a in articles:
        authors = "".join(f"<author>{_style(name)}</author>" for name in full_names(a))
        records.append(
            '<record><ref-type name="Journal Article">17</ref-type>'
            f"<contributors><authors>{authors}</authors></contributors>"
            f"<titles><title>{_style(a.title)}</title></titles>"
            f"<periodical><full-title>{_style(a.journal)}</full-title></periodical>"
            f"<pages>{_style(a.pages)}</pages><volume>{_style(a.volume)}</volume>"
            f"<number>{_style(a.issue)}</number><dates><year>{_style(str(a.year))}</year></dates>"
            f"<accession-num>{_style(a.pmid)}</accession-num>"
            f"<electronic-resource-num>{_style(a.doi)}</electronic-resource-num>"
            f"<abstract>{_style(a.abstract)}</abstract></record>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<xml><records>\n'
        + "\n".join(records)
        + "\n</records></xml>\n"
    )


def full_names(article: Article) -> list[str]:
    return [f"{surname}, {given}" for surname, given in article.authors]


def _nct(article: Article) -> str:
    return f"NCT{article.pmid[:8]}"


def _wrapped(tag: str, text: str) -> list[str]:
    words, lines, line = text.split(" "), [], ""
    for word in words:
        if len(line) + len(word) > 80:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    lines.append(line)
    return [f"{tag:<4}- {lines[0]}", *(f"      {line}" for line in lines[1:])]


def _style(text: str) -> str:
    return f'<style face="normal" font="default" size="100%">{escape(text)}</style>'


def _csv(header: list[str], rows: Iterable[list[str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


BIBLIOGRAPHIC = {
    "ovid.ris": ovid_ris,
    "ebsco.ris": ebsco_ris,
    "endnote.ris": endnote_ris,
    "managed.ris": managed_ris,
    "cochrane.ris": cochrane_ris,
    "pubmed.nbib": nbib,
    "table.csv": plain_csv,
    "endnote.xml": endnote_xml,
}
REGISTRIES = {"clinicaltrials.csv": clinicaltrials_csv, "ictrp.csv": ictrp_csv}
