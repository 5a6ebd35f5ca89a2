"""What the code says of results is patterns: the words of this review are the protocol's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ANALYSIS = Path(__file__).resolve().parents[1] / "analysis"
OF_THIS_REVIEW = re.compile(r"therap|internet|headache|chronic pain|\b2014\b", re.IGNORECASE)
# Declarations of columns: what may stand in a file of data, with examples of this review's.
DECLARATIONS = {"evidence/rows.py", "evidence/outcome_row.py", "publishing/effects_table.py"}
# Names of columns and of results as they are published, and the headings of such columns.
NAMES_OF_DATA = {"therapy", "favours_therapy", "Therapy", "as in 2014"}
# Dialects of databases, which have words of their own.
FORMATS = "searching/formats/"


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Every string of a module that is no docstring, with its line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in docstrings:
            yield node.lineno, text


def words_of_this_review(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        if name in DECLARATIONS or name.startswith(FORMATS):
            continue
        for line, text in texts(path):
            if OF_THIS_REVIEW.search(text) and text not in NAMES_OF_DATA:
                yield f"{name}:{line}: {text!r}"


def test_no_word_of_this_review_is_in_the_code() -> None:
    assert list(words_of_this_review(ANALYSIS)) == []


def test_such_a_word_is_found_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(
        '"""Says what Internet therapy does."""\n\n\ndef said(of: str) -> str:\n'
        '    """`Internet therapy helps.`"""\n    return f"Internet therapy helps {of}"\n'
    )
    assert list(words_of_this_review(tmp_path)) == ["page.py:6: 'Internet therapy helps '"]
