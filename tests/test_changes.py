"""What goes with a change: its sentence for the changelog, and the checks before a commit."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.evidence.folder import ROOT

FRAGMENTS = sorted((ROOT / "changelog.d").iterdir())
NAMED = re.compile(r"[a-z0-9-]+\.(?:added|changed|fixed|removed)\.md|template\.md")


def test_every_change_is_told_in_one_line_of_a_kind_that_there_is() -> None:
    assert [path.name for path in FRAGMENTS if not NAMED.fullmatch(path.name)] == []
    told = [path.read_text(encoding="utf-8") for path in FRAGMENTS if path.stem != "template"]
    assert all(text.strip() and text.count("\n") == 1 for text in told)


def test_the_changelog_is_made_of_them(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "changelog.d", tmp_path / "changelog.d")
    (tmp_path / "changelog.d/a-test.fixed.md").write_text("This was mended.\n", encoding="utf-8")
    command = [sys.executable, "-m", "towncrier", "build", "--version", "2099.01", "--keep"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    text = (tmp_path / "CHANGELOG.md").read_text(encoding="utf-8")
    before = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    made = text.partition("## 2099.01\n")[2].partition("\n## ")[0]
    assert "### Fixed\n\n- This was mended.\n" in made
    for path in FRAGMENTS:
        if path.stem != "template":
            assert f"- {path.read_text(encoding='utf-8')}" in made
    assert text.endswith(before[before.index("\n## ") :])


def test_hooks_run_the_programs_of_the_lock_and_no_others() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    (local,) = config["repos"]
    assert [hook for hook in local["hooks"] if not hook["entry"].startswith("./review -m ")] == []
