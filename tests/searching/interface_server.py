"""Public interfaces on this machine: made-up records, answered in the shapes that are documented.

What goes wrong is planned: `faults` are answers that are given once, in order, instead of the
right one.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from tests.searching.corpus import Article
from tests.searching.dialects import clinicaltrials_json, europepmc_json, pubmed_xml


@dataclass(frozen=True)
class Fault:
    """An answer that goes wrong: a status with its words, or a body of which a part is sent.

    `told` says whether the length in the header is that of the whole.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    keep: float = 1.0
    told: bool = True


Asked = tuple[str, dict[str, str]]
# Instead of an answer: a fault, or what makes another answer of the right one; None lets it be.
Planned = Fault | Callable[[bytes], bytes] | None


@dataclass
class Interfaces:
    """The server: `entered` is on which day each record came in, `asked` every question."""

    articles: Sequence[Article]
    entered: dict[str, dt.date]
    faults: list[Planned] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    before_answer: Callable[[Interfaces], None] = lambda _: None
    address: str = ""
    history: list[Article] = field(default_factory=list)

    def within(self, question: str) -> list[Article]:
        """The records of the days that the question names."""
        days = re.search(
            r"(\d{4}[-/]\d\d[-/]\d\d)(?:\s*:\s*| TO |,)(\d{4}[-/]\d\d[-/]\d\d)", question
        )
        assert days, question
        first, last = (dt.date.fromisoformat(day.replace("/", "-")) for day in days.groups())
        return [a for a in self.articles if first <= self.entered[a.pmid] <= last]

    def answer(self, path: str, asked: dict[str, str]) -> tuple[int, bytes]:
        """What the interface says, as its operator documents it."""
        return 200, {
            "/entrez/esearch.fcgi": self.esearch,
            "/entrez/efetch.fcgi": self.efetch,
            "/epmc/search": self.europepmc,
            "/ct/studies": self.clinicaltrials,
        }[path](asked).encode()

    def esearch(self, asked: dict[str, str]) -> str:
        assert (asked["db"], asked["usehistory"]) == ("pubmed", "y")
        self.history = self.within(asked["term"])
        ids = "".join(f"<Id>{a.pmid}</Id>\n" for a in self.history)
        count = len(self.history)
        return (
            '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eSearchResult PUBLIC '
            '"-//NLM//DTD esearch 20060628//EN" '
            '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">\n'
            f"<eSearchResult><Count>{count}</Count><RetMax>{count}</RetMax><RetStart>0</RetStart>"
            "<QueryKey>1</QueryKey><WebEnv>MCID_made_up</WebEnv>"
            f"<IdList>\n{ids}</IdList><TranslationSet/><QueryTranslation>"
            f"{escape(asked['term'])}</QueryTranslation><ErrorList><PhraseNotFound>iACT"
            "</PhraseNotFound></ErrorList></eSearchResult>"
        )

    def efetch(self, asked: dict[str, str]) -> str:
        assert asked["retmode"] == "xml"
        if ids := asked.get("id"):
            return pubmed_xml([a for a in self.articles if a.pmid in ids.split(",")])
        assert (asked["WebEnv"], asked["query_key"]) == ("MCID_made_up", "1")
        start = int(asked["retstart"])
        return pubmed_xml(self.history[start : start + int(asked["retmax"])])

    def europepmc(self, asked: dict[str, str]) -> str:
        assert (asked["format"], asked["resultType"]) == ("json", "core")
        found = self.within(asked["query"])
        start = 0 if asked["cursorMark"] == "*" else int(asked["cursorMark"].removeprefix("Ao"))
        end = min(start + int(asked["pageSize"]), len(found))
        answer: dict[str, Any] = json.loads(europepmc_json(found[start:end]))
        return json.dumps(answer | {"hitCount": len(found), "nextCursorMark": f"Ao{end}"})

    def clinicaltrials(self, asked: dict[str, str]) -> str:
        found = self.within(asked["query.term"])
        start = int(asked.get("pageToken", "token0").removeprefix("token"))
        end = start + int(asked["pageSize"])
        answer: dict[str, Any] = json.loads(clinicaltrials_json(found[start:end]))
        if start == 0 and asked["countTotal"] == "true":
            answer["totalCount"] = len(found)
        if end < len(found):
            answer["nextPageToken"] = f"token{end}"
        return json.dumps(answer)


@contextmanager
def served(interfaces: Interfaces) -> Iterator[Interfaces]:
    """Let the interfaces answer on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            where = urlsplit(self.path)
            self._answer(where.path, where.query)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(self.path, body.decode())

        def _answer(self, path: str, query: str) -> None:
            asked = {name: values[0] for name, values in parse_qs(query).items()}
            interfaces.asked.append((path, asked))
            interfaces.before_answer(interfaces)
            planned = interfaces.faults.pop(0) if interfaces.faults else None
            if isinstance(planned, Fault):
                self._send(planned.status, planned.body, planned)
                return
            status, body = interfaces.answer(path, asked)
            self._send(status, planned(body) if planned else body, Fault())

        def _send(self, status: int, body: bytes, fault: Fault) -> None:
            sent = body[: int(len(body) * fault.keep)]
            self.send_response(status)
            for name, value in fault.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body if fault.told else sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            """Nothing: what was asked is in `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    interfaces.address = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield interfaces
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
