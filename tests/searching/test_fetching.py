"""Strategies run against interfaces on this machine: every record, whatever happens on the way."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from analysis.files.problems import EvidenceError, ReviewError
from analysis.searching.exports import read_export
from analysis.searching.fetching import UNFINISHED, Fetched, fetch
from analysis.searching.history import load_searches
from analysis.searching.http_client import ATTEMPTS, NoAnswer
from analysis.searching.inbox import import_inbox
from analysis.searching.interfaces import InterfaceId, read_interfaces
from analysis.searching.library import load_library
from analysis.searching.strategies import check_strategy, read_strategy
from analysis.searching.strategies_as_run import strategies_as_run
from tests.commands.typed import typed_on
from tests.evidence.folder import LIVING
from tests.searching.corpus import articles
from tests.searching.interface_server import Fault, Interfaces, served

SOURCES: tuple[InterfaceId, ...] = ("pubmed", "europepmc", "clinicaltrials-gov")
PATHS = {"pubmed": "entrez/", "europepmc": "epmc/", "clinicaltrials-gov": "ct/"}
PLATFORMS = {
    "pubmed": "PubMed",
    "europepmc": "Europe PMC",
    "clinicaltrials-gov": "ClinicalTrials.gov",
}
TODAY = dt.date(2026, 11, 28)
SINCE = dt.date(2026, 11, 1)
SIZE = 4
BUSY = Fault(429, b"too many requests", (("Retry-After", "7"),))
BROKEN = Fault(500, b"internal error")

every_source = pytest.mark.parametrize("source", SOURCES)


@pytest.fixture
def interfaces(data: Path) -> Iterator[Interfaces]:
    """Eleven records: two of before the window, one entered late, the others within it."""
    found = articles(11, seed=31)
    entered = {a.pmid: TODAY - dt.timedelta(days=n) for n, a in enumerate(found)}
    entered |= {a.pmid: dt.date(2025, 1, 1) for a in found[:2]}
    entered[found[2].pmid] = SINCE - dt.timedelta(days=20)
    with served(Interfaces(found, entered)) as interfaces:
        settings = {
            source: {
                "address": interfaces.address + PATHS[source],
                "seconds_between_requests": 0,
                "records_a_request": SIZE,
                "overlap_days": 30,
            }
            for source in SOURCES
        }
        text = yaml.safe_dump({"contact": "review@example.org", "interfaces": settings})
        (data / "searches/interfaces.yml").write_text(text)
        folder = data / "searches/strategies"
        folder.mkdir()
        for source in SOURCES:
            tag = "[tiab]" if source == "pubmed" else ""
            (folder / f"{source}.txt").write_text(
                f"# database: {PLATFORMS[source]}\n# platform: {PLATFORMS[source]}\n"
                f'# status: made up\n"chronic pain"{tag}\nAND internet{tag}\n'
            )
        yield interfaces


def run(
    data: Path, source: InterfaceId, waits: list[float] | None = None, day: dt.date = TODAY
) -> Fetched:
    return fetch(data, source, SINCE, day, sleep=(waits if waits is not None else []).append)


def numbers(files: tuple[Path, ...]) -> list[str]:
    """The digits of each record's number, in order."""
    found = [record.accession for file in files for record in read_export(file).records]
    return ["".join(filter(str.isdigit, number)) for number in found]


def inbox(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "searches/inbox").glob("*"))


@every_source
def test_every_record_of_the_window_is_fetched_once_late_entries_too(
    data: Path, interfaces: Interfaces, source: InterfaceId
) -> None:
    found = run(data, source)
    assert sorted(numbers(found.files)) == sorted(a.pmid for a in interfaces.articles[2:])
    assert (found.count, found.new, found.resumed) == (9, 9, 0)
    assert (found.window.first, found.window.last) == (dt.date(2026, 10, 2), TODAY)
    suffix = {"pubmed": "xml"}.get(source, "json")
    assert inbox(data) == [f"{TODAY}-{source}{n}.{suffix}" for n in ("-2", "-3", "")]
    assert not (data / UNFINISHED / source).exists()


@every_source
def test_what_was_fetched_is_imported_with_its_strategy_and_known_the_next_time(
    data: Path, interfaces: Interfaces, source: InterfaceId
) -> None:
    found = run(data, source)
    report = import_inbox(data, "team")
    assert report.problems == ()
    assert sum(each.hits for each in report.imported) == 9
    (search,) = [s for s in load_searches(data) if s.date == TODAY]
    assert (search.hits, search.since) == (9, "2026-10-02")
    as_run = strategies_as_run(data, [search])
    assert as_run[0].strategy == found.strategy.path.read_text().strip()
    kept = {
        (data / f"searches/{TODAY}" / str(export.file)).read_bytes() for export in search.exports
    }
    assert kept == {file.read_bytes() for file in found.files}
    later = articles(12, seed=31)[11]
    interfaces.articles = [*interfaces.articles, later]
    interfaces.entered[later.pmid] = SINCE - dt.timedelta(days=3)
    again = run(data, source, day=TODAY + dt.timedelta(days=1))
    assert (again.count, again.new) == (10, 1)
    import_inbox(data, "team")
    assert len(load_library(data).records) == 10


@every_source
def test_a_search_that_finds_nothing_is_on_record(
    data: Path, interfaces: Interfaces, source: InterfaceId
) -> None:
    interfaces.articles = []
    found = run(data, source)
    assert (found.count, len(found.files)) == (0, 1)
    (imported,) = import_inbox(data, "team").imported
    assert "a search that found nothing" in str(imported)


@every_source
@pytest.mark.parametrize(
    "fault",
    [
        BUSY,
        BROKEN,
        Fault(503),
        # The length says how much should have come; the next does not.
        "cut, told",
        "cut, not told",
        Fault(200, b"<html><body>Maintenance</body></html>"),
        Fault(200, b'{"errCode": 1}'),
        Fault(200, b""),
    ],
    ids=str,
)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_answer_that_is_not_whole_is_asked_for_again(
    data: Path, interfaces: Interfaces, source: InterfaceId, fault: Fault | str, at: int
) -> None:
    waits: list[float] = []
    if isinstance(fault, str):
        told = fault.endswith(" told") and "not" not in fault
        body = b'{"hitCount": 9, "resultList": {"result": []}, "studies": [' * 9
        fault = Fault(200, body, keep=0.5, told=told)
    interfaces.faults = [None] * at + [fault, fault]
    found = run(data, source, waits)
    assert sorted(numbers(found.files)) == sorted(a.pmid for a in interfaces.articles[2:])
    # Longer the second time, and as long as the interface asked for.
    assert [wait for wait in waits if wait > 0] == ([7, 7] if fault == BUSY else [1, 2])


@every_source
def test_an_interface_that_stays_broken_leaves_nothing(
    data: Path, interfaces: Interfaces, source: InterfaceId
) -> None:
    interfaces.faults = [None, None, *[BROKEN] * ATTEMPTS]
    with pytest.raises(NoAnswer, match=r"is busy or out of order \(500\)"):
        run(data, source)
    assert inbox(data) == []
    # The same command goes on behind the answers that had come.
    before = len(interfaces.asked)
    found = run(data, source)
    assert sorted(numbers(found.files)) == sorted(a.pmid for a in interfaces.articles[2:])
    assert found.resumed == (1 if source == "pubmed" else 2)
    still_to_come = {"pubmed": 2, "europepmc": 2, "clinicaltrials-gov": 1}
    assert len(interfaces.asked) - before == still_to_come[source]


@every_source
def test_interrupted_it_goes_on_where_it_was(
    data: Path, interfaces: Interfaces, source: InterfaceId
) -> None:
    def stopped(wait: float) -> None:
        raise KeyboardInterrupt

    interfaces.faults = [None, None, BROKEN]
    with pytest.raises(KeyboardInterrupt):
        fetch(data, source, SINCE, TODAY, sleep=stopped)
    assert inbox(data) == []
    found = run(data, source)
    assert found.resumed > 0
    assert sorted(numbers(found.files)) == sorted(a.pmid for a in interfaces.articles[2:])


def test_another_question_is_not_answered_with_what_was_left(
    data: Path, interfaces: Interfaces
) -> None:
    interfaces.faults = [None, None, *[BROKEN] * ATTEMPTS]
    with pytest.raises(NoAnswer):
        run(data, "pubmed")
    path = data / "searches/strategies/pubmed.txt"
    path.write_text(path.read_text().replace("internet", "web"))
    assert run(data, "pubmed").resumed == 0


def test_a_history_that_was_forgotten_is_asked_for_anew(data: Path, interfaces: Interfaces) -> None:
    interfaces.faults = [None, None, *[BROKEN] * ATTEMPTS]
    with pytest.raises(NoAnswer):
        run(data, "pubmed")
    gone = b"<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>"
    interfaces.faults = [Fault(400, gone)]
    found = run(data, "pubmed")
    assert sorted(numbers(found.files)) == sorted(a.pmid for a in interfaces.articles[2:])


def test_what_pubmed_lists_and_does_not_send_is_asked_for_by_number(
    data: Path, interfaces: Interfaces
) -> None:
    lost = interfaces.articles[5].pmid.encode()
    interfaces.faults = [
        None,
        lambda body: body.replace(lost, interfaces.articles[2].pmid.encode()),
    ]
    found = run(data, "pubmed")
    assert interfaces.asked[-1][1]["id"] == lost.decode()
    assert lost.decode() in numbers(found.files)


def test_what_pubmed_never_sends_is_named_and_nothing_is_taken_in(
    data: Path, interfaces: Interfaces
) -> None:
    lost, other = (interfaces.articles[n].pmid for n in (5, 2))

    def without(body: bytes) -> bytes:
        mark = f'<PMID Version="1">{lost}<'.encode()
        return body.replace(mark, f'<PMID Version="1">{other}<'.encode())

    interfaces.faults = [without] * 50
    with pytest.raises(NoAnswer, match=rf"counts 9 records and has sent 8 \(missing: {lost}\)"):
        run(data, "pubmed")
    assert inbox(data) == []


@pytest.mark.parametrize("source", ["europepmc", "clinicaltrials-gov"])
def test_a_record_that_comes_in_meanwhile_is_fetched_now_or_the_next_time(
    data: Path, interfaces: Interfaces, source: InterfaceId
) -> None:
    """ClinicalTrials.gov says its count with the first answer only, before the record came."""
    new = articles(12, seed=31)[11]

    def enter(server: Interfaces) -> None:
        if len(server.asked) == 2:
            server.articles = [new, *server.articles]
            server.entered[new.pmid] = TODAY

    interfaces.before_answer = enter
    found = run(data, source)
    assert found.count == (10 if source == "europepmc" else 9)
    import_inbox(data, "team")
    again = run(data, source, day=TODAY + dt.timedelta(days=1))
    assert (again.count, again.new) == (10, 10 - found.count)
    assert set(numbers(again.files)) == {a.pmid for a in (new, *interfaces.articles[3:])}


@pytest.mark.parametrize("source", ["europepmc", "clinicaltrials-gov"])
def test_a_count_that_its_own_records_never_reach_is_refused(
    data: Path, interfaces: Interfaces, source: InterfaceId
) -> None:
    name = b'"hitCount": ' if source == "europepmc" else b'"totalCount": '
    interfaces.faults = [lambda body: body.replace(name + b"9", name + b"10")] * 50
    with pytest.raises(NoAnswer, match="counts 10 records and has sent 9: nothing was taken in"):
        run(data, source)
    assert inbox(data) == []


def test_questions_keep_the_pace_and_say_who_asks(data: Path, interfaces: Interfaces) -> None:
    path = data / "searches/interfaces.yml"
    path.write_text(path.read_text().replace("requests: 0", "requests: 30"))
    waits: list[float] = []
    run(data, "pubmed", waits)
    assert len(waits) == len(interfaces.asked) - 1 == 3
    assert all(20 < wait <= 30 for wait in waits)
    assert {asked["email"] for _, asked in interfaces.asked} == {"review@example.org"}


@every_source
def test_the_question_is_the_strategy_within_the_days(
    data: Path, interfaces: Interfaces, source: InterfaceId
) -> None:
    run(data, source)
    sent = interfaces.asked[0][1]
    days = "[2026-10-02 TO 2026-11-28]"
    of_pubmed = " OR ".join(f"2026/10/02:2026/11/28[{name}]" for name in ("edat", "crdt", "mhda"))
    assert (
        sent[{"pubmed": "term", "europepmc": "query"}.get(source, "query.term")]
        == {
            "pubmed": f'("chronic pain"[tiab] AND internet[tiab]) AND ({of_pubmed})',
            "europepmc": '("chronic pain" AND internet) AND '
            f"(CREATION_DATE:{days} OR FIRST_IDATE:{days})",
            "clinicaltrials-gov": '("chronic pain" AND internet) AND '
            "AREA[LastUpdatePostDate]RANGE[2026-10-02,2026-11-28]",
        }[source]
    )


def test_more_than_pubmed_hands_out_is_refused_with_the_remedy(
    data: Path, interfaces: Interfaces
) -> None:
    ids = b"".join(b"<Id>%d</Id>" % n for n in range(1, 10_000))
    found = b"<eSearchResult><Count>12345</Count><QueryKey>1</QueryKey><WebEnv>x</WebEnv>"
    interfaces.faults = [Fault(200, found + b"<IdList>" + ids + b"</IdList></eSearchResult>")]
    with pytest.raises(NoAnswer, match="12,345 such records and hands out 9,999"):
        run(data, "pubmed")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            Fault(400, b"Invalid query\x1b[31m"),
            r"PubMed refuses the question \(400\): Invalid query",
        ),
        (Fault(414, b""), r"refuses the question \(414\)"),
        (Fault(200, b"<eSearchResult><ERROR>Empty term</ERROR></eSearchResult>"), "'Empty term'"),
    ],
)
def test_a_question_that_is_refused_is_not_asked_again(
    data: Path, interfaces: Interfaces, fault: Fault, said: str
) -> None:
    interfaces.faults = [fault]
    with pytest.raises(NoAnswer, match=said) as refused:
        run(data, "pubmed")
    assert "\x1b" not in str(refused.value)
    assert len(interfaces.asked) == 1


@every_source
def test_without_a_network_it_says_so_at_once(
    data: Path, interfaces: Interfaces, source: InterfaceId
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = data / "searches/interfaces.yml"
    path.write_text(path.read_text().replace(interfaces.address, f"http://127.0.0.1:{port}/"))
    waits: list[float] = []
    with pytest.raises(NoAnswer, match=r"cannot be reached at http://127\.0\.0\.1.*a network\?"):
        run(data, source, waits)
    assert waits == []
    assert inbox(data) == []


@every_source
def test_without_a_recorded_strategy_nothing_is_asked(
    data: Path, interfaces: Interfaces, source: InterfaceId
) -> None:
    path = data / f"searches/strategies/{source}.txt"
    text = path.read_text()
    path.unlink()
    with pytest.raises(ReviewError, match=f"none is recorded: write it into .*{source}.txt"):
        run(data, source)
    path.write_text(text + "(\n")
    with pytest.raises(EvidenceError, match=rf"{source}\.txt:"):
        run(data, source)
    assert interfaces.asked == []


def test_the_strategy_of_a_platform_is_found_under_another_name(
    data: Path, interfaces: Interfaces
) -> None:
    folder = data / "searches/strategies"
    (folder / "pubmed.txt").rename(folder / "medline.txt")
    assert run(data, "pubmed").strategy.path.name == "medline.txt"
    (folder / "other.txt").write_text((folder / "medline.txt").read_text())
    with pytest.raises(ReviewError, match=r"medline\.txt, .*other\.txt: write it into"):
        run(data, "pubmed")


def test_a_wrong_setting_is_named(data: Path, interfaces: Interfaces) -> None:
    path = data / "searches/interfaces.yml"
    path.write_text(path.read_text().replace("overlap_days: 30", "overlap_days: -1", 1))
    with pytest.raises(EvidenceError, match=r"interfaces\.yml:\d+: .*overlap_days"):
        run(data, "pubmed")
    path.unlink()
    with pytest.raises(EvidenceError, match=r"interfaces\.yml: the file is missing"):
        run(data, "pubmed")


def test_the_settings_of_today_name_every_interface_and_its_strategy() -> None:
    settings = read_interfaces(LIVING)
    assert set(settings.interfaces) == set(SOURCES)
    assert all(each.overlap_days > 0 for each in settings.interfaces.values())
    assert all(each.address.startswith("https://") for each in settings.interfaces.values())


@pytest.mark.parametrize("text", ["pain AND (web OR app", 'pain AND "web', "pain OR", ""])
def test_a_strategy_of_one_expression_is_checked_for_its_form(tmp_path: Path, text: str) -> None:
    path = tmp_path / "europepmc.txt"
    head = "# database: Europe PMC\n# platform: Europe PMC\n# status: made up\n"
    path.write_text(f"{head}{text}\n")
    (problem,) = check_strategy(read_strategy(path)).problems
    assert problem.file == path
    path.write_text(f"{head}pain\nAND (web OR app)\n")
    assert check_strategy(read_strategy(path)).problems == ()


def test_the_command_says_what_was_run_and_what_came(
    data: Path, interfaces: Interfaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = typed_on(data, "search fetch --source PubMed --since 2026-11-01")
    assert "pubmed.txt (made up)" in said
    assert "PubMed says: PhraseNotFound: 'iACT'" in said
    assert "as it counts them;" in said
    assert "Next: ./review update" in said
    with pytest.raises(ReviewError, match="'embase' has no public interface here: use pubmed"):
        typed_on(data, "search fetch --source embase --since 2026-11-01")
