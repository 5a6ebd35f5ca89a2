"""The list of all questions: as the results say, and every path leads to a file."""

from __future__ import annotations

import json
import math
import posixpath
from collections.abc import Mapping
from pathlib import Path

from analysis.book.contents import contents_of
from analysis.protocol import load_protocol
from analysis.publishing.downloads import FOLDER, INDEX, OF_A_QUESTION
from analysis.publishing.offered_file import Download
from analysis.synthesis.question_result import Synthesis
from tests.evidence.folder import DATA


def test_every_question_is_listed_once_with_the_numbers_of_its_results_file(
    offered: dict[str, Download], syntheses: Mapping[str, Synthesis]
) -> None:
    listed = json.loads(offered[INDEX].content)["questions"]
    assert [entry["key"] for entry in listed] == [*syntheses]
    for entry in listed:
        result = syntheses[entry["key"]]
        assert (entry["trials"], entry["participants"]) == (result.k, result.n_total)
        assert (entry["estimate"] is None) == (result.primary is None)
        if result.primary:
            turned = -1 if result.measure.benefit_above else 1
            shown = entry["estimate"]["value"]
            analysed = math.log(shown) if result.measure.ratio else shown
            assert math.isclose(analysed * turned, result.primary.estimate, abs_tol=1e-12)
            low, high = entry["estimate"]["low"], entry["estimate"]["high"]
            assert (low is None or low <= shown) and (high is None or shown <= high)


def test_every_path_leads_to_a_file_or_a_page(unpacked: Path, offered: dict[str, Download]) -> None:
    contents = contents_of(load_protocol(DATA / "protocol.yml"))
    pages = {document.name for document in contents.documents}
    for entry in json.loads(offered[INDEX].content)["questions"]:
        for path in entry["files"].values():
            assert ((unpacked / INDEX).parent / path).is_file()
        page = posixpath.normpath(f"{FOLDER}/{INDEX}/../{entry['page']}")
        assert page.removesuffix(".html") in pages
        references = {"references_ris", "references_bibtex"} if entry["trials"] else set()
        evidence = {"fhir_evidence"} if entry["estimate"] else set()
        assert set(entry["files"]) == {"result", "script"} | references | evidence
        assert set(entry["files"]) <= set(OF_A_QUESTION)
