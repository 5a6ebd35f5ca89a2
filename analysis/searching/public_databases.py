"""What each public interface is asked, and what its answers say, as its operator documents them.

E-utilities: https://www.ncbi.nlm.nih.gov/books/NBK25499/. Europe PMC: its RESTful Web Service.
ClinicalTrials.gov: https://clinicaltrials.gov/data-api/api, version 2.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from analysis.files.problems import short
from analysis.searching.http_client import AGENT, Client, NoAnswer, Unfit
from analysis.searching.interfaces import InterfaceId

# Read what is to be kept of an answer; Unfit where it is not whole.
Keep = Callable[[bytes], None]


@dataclass(frozen=True)
class Window:
    """A strategy on one line, and the days within which records were entered, both included."""

    strategy: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Answer:
    """An answer as it was sent, and what it says.

    `count` is how many records the database has, `next` where the following answer begins,
    None after the last; `ids` are the records' numbers where an answer lists them all, `keep`
    says whether it holds records. `remarks` is what the database says of the question.
    """

    content: bytes
    count: int
    next: str | None
    holds_records: bool = True
    ids: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class PublicDatabase(Protocol):
    """A database with a public interface: asked answer by answer, each from a place on."""

    @property
    def platform(self) -> str:
        """What the header of a strategy calls it."""

    @property
    def suffix(self) -> str:
        """Of a file with its records."""

    def question(self, window: Window) -> str:
        """The strategy with the days, as it is sent."""

    def ask(self, client: Client, window: Window, place: str | None, keep: Keep) -> Answer:
        """The answer from that place on; None is the beginning."""

    def ask_for(self, client: Client, ids: tuple[str, ...], keep: Keep) -> Answer | None:
        """Records by their numbers; None where the interface's answers cannot lack any."""


class PubMed:
    """Searched with the history server (ESearch), fetched as XML (EFetch).

    EDAT of a late entry is the day on which it was published; so the day on which the record
    was created counts too, and that on which it got its MeSH terms, by which it may only then
    be found.
    """

    platform = "PubMed"
    suffix = "xml"
    # It hands out no more of one search.
    most = 9_999

    def question(self, window: Window) -> str:
        days = f"{window.first:%Y/%m/%d}:{window.last:%Y/%m/%d}"
        entered = " OR ".join(f"{days}[{field}]" for field in ("edat", "crdt", "mhda"))
        return f"({window.strategy}) AND ({entered})"

    def ask(self, client: Client, window: Window, place: str | None, keep: Keep) -> Answer:
        return self._search(client, window) if place is None else self._fetch(client, place, keep)

    def _search(self, client: Client, window: Window) -> Answer:
        parameters = self._about(client) | {
            "term": self.question(window), "usehistory": "y", "retmax": str(self.most),
            "retmode": "xml",
        }  # fmt: skip

        def read(raw: bytes) -> Answer:
            found = _xml(raw, "eSearchResult")
            if error := found.findtext("ERROR"):
                raise NoAnswer(f"PubMed refuses the question: {short(error)}")
            count = _number(found.findtext("Count"))
            ids = tuple(each.text or "" for each in found.findall("IdList/Id"))
            history, key = found.findtext("WebEnv"), found.findtext("QueryKey")
            if count and not (history and key and len(set(ids)) == min(count, self.most)):
                raise Unfit(f"PubMed counts {count} records and lists {len(ids)}")
            said = [*found.findall("ErrorList/*"), *found.findall("WarningList/*")]
            remarks = tuple(f"{each.tag}: {short(each.text or '')}" for each in said)
            place = f"0 {count} {key} {history}" if count else None
            return Answer(raw, count, place, holds_records=False, ids=ids, remarks=remarks)

        found = client.ask("esearch.fcgi", parameters, read, post=True)
        if found.count > self.most:
            raise NoAnswer(
                f"PubMed has {found.count:,} such records and hands out {self.most:,} of a search: "
                "ask from a later day on, or export them on its page"
            )
        return found

    def _fetch(self, client: Client, place: str, keep: Keep) -> Answer:
        start, count, key, history = place.split(" ", 3)
        size = client.interface.records_a_request
        after = int(start) + size
        rest = f"{after} {count} {key} {history}" if after < int(count) else None
        parameters = {"query_key": key, "WebEnv": history, "retstart": start, "retmax": str(size)}
        return self._records(client, parameters, int(count), rest, keep)

    def ask_for(self, client: Client, ids: tuple[str, ...], keep: Keep) -> Answer | None:
        return self._records(client, {"id": ",".join(ids)}, len(ids), None, keep)

    def _records(
        self,
        client: Client,
        parameters: Mapping[str, str],
        count: int,
        rest: str | None,
        keep: Keep,
    ) -> Answer:
        def read(raw: bytes) -> Answer:
            keep(raw)
            return Answer(raw, count, rest)

        asked = self._about(client) | {"retmode": "xml"} | dict(parameters)
        return client.ask("efetch.fcgi", asked, read, post=True)

    def _about(self, client: Client) -> dict[str, str]:
        who = {"email": client.contact} if client.contact else {}
        return {"db": "pubmed", "tool": AGENT} | who


class EuropePmc:
    """Searched for the days on which records were entered and first indexed, page by page."""

    platform = "Europe PMC"
    suffix = "json"

    def question(self, window: Window) -> str:
        days = f"[{window.first} TO {window.last}]"
        return f"({window.strategy}) AND (CREATION_DATE:{days} OR FIRST_IDATE:{days})"

    def ask(self, client: Client, window: Window, place: str | None, keep: Keep) -> Answer:
        cursor = place or "*"
        parameters = {
            "query": self.question(window), "format": "json", "resultType": "core",
            "pageSize": str(client.interface.records_a_request), "cursorMark": cursor,
        }  # fmt: skip

        def read(raw: bytes) -> Answer:
            found = _json(raw, "hitCount", "resultList")
            keep(raw)
            rest = found.get("nextCursorMark")
            more = found["resultList"].get("result") and rest and rest != cursor
            return Answer(raw, _number(found["hitCount"]), str(rest) if more else None)

        return client.ask("search", parameters, read)

    def ask_for(self, client: Client, ids: tuple[str, ...], keep: Keep) -> Answer | None:
        return None


class ClinicalTrialsGov:
    """Searched for the day of a study's last update, which a new study has too."""

    platform = "ClinicalTrials.gov"
    suffix = "json"

    def question(self, window: Window) -> str:
        return (
            f"({window.strategy}) AND "
            f"AREA[LastUpdatePostDate]RANGE[{window.first},{window.last}]"
        )  # fmt: skip

    def ask(self, client: Client, window: Window, place: str | None, keep: Keep) -> Answer:
        parameters = {
            "query.term": self.question(window), "format": "json", "countTotal": "true",
            "pageSize": str(client.interface.records_a_request),
        }  # fmt: skip
        counted = 0
        if place is not None:
            count, parameters["pageToken"] = place.split(" ", 1)
            counted = int(count)

        def read(raw: bytes) -> Answer:
            # Only the first page needs to say the total.
            found = _json(raw, "studies", *(() if place else ("totalCount",)))
            keep(raw)
            count = _number(found.get("totalCount", counted))
            rest = found.get("nextPageToken")
            return Answer(raw, count, f"{count} {rest}" if rest else None)

        return client.ask("studies", parameters, read)

    def ask_for(self, client: Client, ids: tuple[str, ...], keep: Keep) -> Answer | None:
        return None


DATABASES: Mapping[InterfaceId, PublicDatabase] = {
    "pubmed": PubMed(),
    "europepmc": EuropePmc(),
    "clinicaltrials-gov": ClinicalTrialsGov(),
}


def _xml(raw: bytes, root: str) -> Any:
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        found = fromstring(raw)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Unfit(f"the answer is damaged or cut short: {error}") from None
    if found.tag != root:
        raise Unfit(f"<{short(found.tag)}> was answered, <{root}> was expected")
    return found


def _json(raw: bytes, *keys: str) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Unfit(f"the answer is damaged or cut short: {error}") from None
    if not isinstance(found, dict) or not all(key in found for key in keys):
        said = short(" ".join(raw[:200].decode("utf-8", "replace").split()))
        raise Unfit(f"the answer does not say {' and '.join(keys)}: {said}")
    return found


def _number(said: object) -> int:
    text = str(said).strip()
    if not text.isdecimal():
        raise Unfit(f"{short(text)} is no count of records")
    return int(text)
