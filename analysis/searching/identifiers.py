"""Identifiers and years in the text of a field, whatever a database writes around them."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

# A SICI has angle brackets within, always with digits after them (`…<1243::AID-X6>3.0.CO;2-N`).
DOI = re.compile(r"10\.\d{4,9}/(?:[^\s\"<>]|<[^\s<>]*>(?=\d))+", re.IGNORECASE)
ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
RESOLVER = re.compile(r"https?://(?:[a-z]+\.)*doi\.(?:org|acm\.org)/", re.IGNORECASE)
# Another identifier behind this one in the same field.
NEXT_ONE = re.compile(r"[;,|](?=\s*(?:https?:|doi\b|10\.\d{4}))", re.IGNORECASE)
# What the address of an article has behind its DOI; the DOI itself ends before it.
BEHIND = re.compile(
    r"(?:[?#&].*|/(?:abstract|asset|download|epdf|epub|figures?|full(?:text|-text)?|html|media|meta|"
    r"pdf|pdfdirect|references|suppl(?:ementary)?|summary|tables)(?:[/.].*)?|"
    r"(?:\.full|\.abstract|\.long|\.short)?(?:\.pdf|\.html?|\.xml)|\.full|\.abstract)$",
    re.IGNORECASE,
)
# So much of it may stand behind a DOI that is no address.
PAGE = re.compile(r"/(?:abstract|e?pdf|full|html|meta)$|\.pdf$", re.IGNORECASE)
VERSION = re.compile(r"(10\.1101/[\d.]+)v\d+$")
YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d{2}(?=(?:[01]\d(?:[0-3]\d)?)?(?!\d))")
PMID = re.compile(r"\s*([1-9]\d{0,8})(?:\.0)?\s*(?:$|[\[(;,|])")
PMID_SAID = re.compile(
    r"(?:\b(?:PMID|PubMed(?: ?ID)?|MEDLINE)\b ?[:=#]? ?(?:NLM)?|\bNLM(?=\d{5})|"
    r"ncbi\.nlm\.nih\.gov/(?:pubmed/)?(?:\?term=)?)([1-9]\d{0,8})\b",
    re.IGNORECASE,
)
REGISTRATION = re.compile(
    r"\b(?:NCT\d{8}|ISRCTN ?\d{6,8}|ACTRN ?\d{14}p?|DRKS\d{8}|ChiCTR[A-Z0-9-]{6,20}|"
    r"jRCTs?\d{9,10}|JapicCTI-\d{6}|NTR ?\d{2,5}|NL-OMON\d{3,6}|NL\d{3,5}(?= \()|UMIN\d{9}|"
    r"IRCT\d{8,20}N?\d*|CTRI/\d{4}/\d{2,3}/\d{6}|EUCTR\d{4}-\d{6}-\d{2}(?:-[A-Z0-9]{2,3})?|"
    r"(?<=EudraCT )\d{4}-\d{6}-\d{2}|CTIS\d{4}-\d{6}-\d{2}-\d{2}|KCT\d{7}|TCTR\d{11}|"
    r"PACTR\d{15,16}|RBR-[a-z0-9]{6,8}|RPCEC\d{8}|SLCTR/\d{4}/\d{3}|PER-\d{3}-\d{2}|"
    r"LBCTR\d{10}|ITMCTR\d{10})\b"
)


def normal_doi(text: str) -> str:
    """The DOI in it, whole, in small letters and without its address; "" where there is none.

    In the address of a page or a PDF it is taken only where its end is certain.
    """
    text = html.unescape(text)
    address = ADDRESS.search(text)
    if address and not RESOLVER.match(address.group()):
        before = normal_doi(text[: address.start()])
        return before or _doi_in_address(address.group()) or normal_doi(text[address.end() :])
    if address:
        text = unquote(address.group().split("?", 1)[0])
    found = DOI.search(text)
    return _trimmed(PAGE.sub("", NEXT_ONE.split(found.group(), maxsplit=1)[0])) if found else ""


def _doi_in_address(address: str) -> str:
    found = DOI.search(unquote(address))
    if not found:
        return ""
    doi, before = found.group(), ""
    while doi != before:
        doi, before = BEHIND.sub("", doi), doi
    doi = _trimmed(VERSION.sub(r"\1", doi))
    # A second stroke may be the DOI's own or the address's: nobody can tell.
    return doi if doi.count("/") == 1 else ""


def _trimmed(doi: str) -> str:
    """Without the stops and brackets of the sentence around it."""
    doi = doi.lower()
    while doi[-1:] in tuple(".,;:)]}'") and not (
        (doi[-1] == ")" and doi.count("(") >= doi.count(")"))
        or (doi[-1] == "]" and doi.count("[") >= doi.count("]"))
    ):
        doi = doi[:-1]
    return doi


def year_in(text: str) -> str:
    """The first year of four digits in it, of 20240115 too; "" where there is none."""
    found = YEAR.search(text)
    return found.group() if found else ""


def pmid_in(text: str) -> str:
    """The PubMed number of a field that holds nothing else, however it is dressed."""
    found = PMID.match(text)
    return found.group(1) if found else pmid_said(text)


def pmid_said(text: str) -> str:
    """A PubMed number that the text calls so (`PMID: 1`, `NLM1`, PubMed's address)."""
    found = PMID_SAID.search(text)
    return found.group(1) if found else ""


def registration_in(text: str) -> str:
    """The first registration number of a trial in it; "" where there is none."""
    found = REGISTRATION.search(text)
    return found.group().replace(" ", "") if found else ""
