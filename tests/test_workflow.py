"""The workflow that publishes: pinned, on a schedule, and with no more rights than it needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")
ON = True  # the word `on`, as YAML 1.1 reads it
PUBLISHING = {"pages": "write", "id-token": "write"}


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def publish() -> dict:
    return read(ROOT / ".github/workflows/publish.yml")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit(path: Path) -> None:
    used = [
        step["uses"] for job in read(path)["jobs"].values() for step in job["steps"]
        if "uses" in step
    ]  # fmt: skip
    assert used
    assert [name for name in used if not PINNED.fullmatch(name)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_is_allowed_that_no_job_asks_for(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert "timeout-minutes" in job
        assert job["permissions"] in ({"contents": "read"}, PUBLISHING)
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_it_runs_on_a_schedule_and_does_what_a_person_does(publish: dict) -> None:
    assert set(publish[ON]) == {"push", "schedule", "workflow_dispatch"}
    said = [step.get("run") for step in publish["jobs"]["build"]["steps"]]
    assert "./review update" in said


def test_only_the_main_branch_is_published(publish: dict) -> None:
    assert publish[ON]["push"] == {"branches": ["main"]}
    assert publish["jobs"]["publish"]["if"] == "github.ref == 'refs/heads/main'"
    assert publish["jobs"]["publish"]["needs"] == "build"
