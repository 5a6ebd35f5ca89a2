"""This review as it is built: its contents, its evidence, its files, each when it is asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping

from analysis.book.build import Rehearsal, Review
from analysis.book.checked import Checked
from analysis.book.documents import Contents
from analysis.commands import options
from analysis.commands.options import load_evidence
from analysis.execution.plan import Project

REHEARSALS = {
    "of_all": "analysis.pages.rehearsal:rehearse_all",
    "of_some": "analysis.pages.rehearsal:rehearse",
    "of_news": "analysis.pages.rehearsal:begin_again",
    "of_readers": "analysis.pages.rehearsal:rehearse_readers",
}


def whole_review() -> Review:
    """What `build` and `watch` make, from the project's own folder."""
    project = Project(options.ROOT)

    def contents() -> Contents:
        from analysis.book.contents import contents_of
        from analysis.protocol import load_protocol

        return contents_of(load_protocol(project.data / "protocol.yml"), project.root)

    def files() -> Mapping[str, bytes]:
        from analysis.book.contents import files_beside

        return files_beside(project)

    return Review(
        project, contents, lambda: _check_everything(project), files, Rehearsal(**REHEARSALS)
    )


def _check_everything(project: Project) -> Checked:
    """Validate the evidence; leave the values of the prose; say which data each question reads."""
    from analysis.book.rendering import SUBSTITUTIONS
    from analysis.evidence.handed_on import handed_on
    from analysis.evidence.question_slice import slices_of
    from analysis.evidence.table_parts import hashes_of_parts
    from analysis.files.remembered import remember
    from analysis.pages.status_line import values_of_prose

    evidence = load_evidence()
    values = values_of_prose(evidence, project.data)
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, indent=1, default=str)
    remember(project.results / SUBSTITUTIONS, text + "\n")
    reads = {asked.key: read.parts() for asked, read in slices_of(evidence).items()}
    return Checked(
        {**reads, **hashes_of_parts(evidence)}, handed_on(evidence), leaves=(SUBSTITUTIONS,)
    )
