from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from analysis.execution.markdown import escape_markdown
from analysis.execution.notebook import Executed, Failed
from analysis.execution.warm import WarmWorkers
from tests.execution.templates import FIGURE, job, notebook, outputs, printed, publishing

PARAMETERS = 'outcome = "none"'


def executed(workers: WarmWorkers, text: str, root: Path, **parameters: str) -> Executed:
    made = workers.submit(job(text, root, **parameters)).result()
    assert isinstance(made, Executed), str(made)
    return made


def failed(
    workers: WarmWorkers, text: str, root: Path, timeout: float = 60, **parameters: str
) -> Failed:
    made = workers.submit(job(text, root, timeout, **parameters)).result()
    assert isinstance(made, Failed)
    return made


def test_a_page_is_executed_with_its_parameters(warm: WarmWorkers, tmp_path: Path) -> None:
    made = executed(warm, notebook("outcome", parameters=PARAMETERS), tmp_path, outcome="pain")
    assert outputs(made.notebook, -1)[0].data["text/plain"] == "'pain'"
    assert made.result is None


def test_a_notebook_of_an_older_format_becomes_a_valid_page(
    warm: WarmWorkers, tmp_path: Path
) -> None:
    """Cells have had ids since format 4.5, and may have none before."""
    older = json.loads(notebook("1 + 1")) | {"nbformat_minor": 4}
    for cell in older["cells"]:
        del cell["id"]
    made = json.loads(executed(warm, json.dumps(older), tmp_path).notebook)
    assert made["nbformat_minor"] >= 5
    nbformat.validate(made)


def test_a_kernel_works_in_the_root_of_the_project(warm: WarmWorkers, tmp_path: Path) -> None:
    (tmp_path / "seen.txt").write_text("from here", encoding="utf-8")
    made = executed(warm, notebook("print(open('seen.txt').read())"), tmp_path)
    assert printed(made.notebook) == "from here\n"


def test_the_same_inputs_give_the_same_bytes(warm: WarmWorkers, tmp_path: Path) -> None:
    text = notebook(
        "import pandas as pd\npd.DataFrame({'x': [1, 2]})",
        "for i in range(200):\n    print(i, flush=True)",
        "print({'pain', 'disability', 'anxiety'})",
        FIGURE.format("dots"),
        parameters=PARAMETERS,
    )
    once = executed(warm, text, tmp_path, outcome="pain")
    again = executed(warm, text, tmp_path, outcome="pain")
    assert once.notebook == again.notebook
    cells = nbformat.reads(once.notebook, as_version=4).cells
    assert [cell.id for cell in cells] == [f"cell-{i}" for i in range(len(cells))]
    assert "papermill" not in once.notebook
    assert str(tmp_path) not in once.notebook


def test_alternative_text_moves_to_where_myst_nb_reads_it(
    warm: WarmWorkers, tmp_path: Path
) -> None:
    made = executed(warm, notebook(FIGURE.format("Forest plot of 3 trials")), tmp_path)
    cell = nbformat.reads(made.notebook, as_version=4).cells[-1]
    assert cell.metadata.mystnb.image.alt == "Forest plot of 3 trials"
    assert cell.outputs[0].metadata == {}


def test_an_image_without_alternative_text_is_refused(warm: WarmWorkers, tmp_path: Path) -> None:
    made = failed(warm, notebook("1", FIGURE.format(" ")), tmp_path)
    assert str(made) == "cell 3: shows an image without alternative text"


def test_two_images_in_a_cell_cannot_share_their_text(warm: WarmWorkers, tmp_path: Path) -> None:
    made = failed(warm, notebook(FIGURE.format("one") + FIGURE.format("two")), tmp_path)
    assert made.error.startswith("shows images with different alternative texts")


def test_a_result_leaves_the_notebook(warm: WarmWorkers, tmp_path: Path) -> None:
    made = executed(warm, notebook(publishing('{"b": 0.1, "a": None}')), tmp_path)
    assert made.result == '{\n "a": null,\n "b": 0.1\n}\n'
    assert outputs(made.notebook, -1) == []


def test_a_result_may_be_json_text(warm: WarmWorkers, tmp_path: Path) -> None:
    made = executed(warm, notebook(publishing("""'{"k": 12}'""")), tmp_path)
    assert json.loads(made.result or "") == {"k": 12}


def test_a_page_has_one_result(warm: WarmWorkers, tmp_path: Path) -> None:
    made = failed(warm, notebook(publishing("{}"), publishing("{}")), tmp_path)
    assert str(made) == "the notebook publishes 2 results; a page has one"


def test_stderr_is_reported_and_not_published(warm: WarmWorkers, tmp_path: Path) -> None:
    made = executed(warm, notebook("import sys\nprint('careful', file=sys.stderr)"), tmp_path)
    assert made.stderr == "careful\n"
    assert "careful\\n" not in made.notebook


def test_an_error_names_cell_line_and_exception(warm: WarmWorkers, tmp_path: Path) -> None:
    text = notebook("1", "x = 2\ny = x / 0\n", "3", parameters=PARAMETERS)
    made = failed(warm, text, tmp_path, outcome="pain")
    assert str(made) == "cell 4 `y = x / 0`: ZeroDivisionError: division by zero"
    assert "\x1b" not in made.traceback


def test_an_error_deep_in_the_package_names_the_cell_that_called(
    warm: WarmWorkers, tmp_path: Path
) -> None:
    text = notebook("import json\n\n# a comment\njson.loads('{')")
    made = failed(warm, text, tmp_path)
    assert (made.cell, made.line) == (2, "json.loads('{')")
    assert made.error.startswith("JSONDecodeError: ")


def test_a_syntax_error_is_an_error_like_others(warm: WarmWorkers, tmp_path: Path) -> None:
    made = failed(warm, notebook("x = 1\nx ="), tmp_path)
    assert (made.cell, made.line) == (2, "x =")
    assert made.error.startswith("SyntaxError: ")


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        (None, "the template has no cell tagged `parameters`"),
        ('condition = "x"', "the template has no parameter outcome"),
    ],
)
def test_a_parameter_nobody_reads_is_an_error(
    warm: WarmWorkers, tmp_path: Path, parameters: str | None, sentence: str
) -> None:
    made = failed(warm, notebook("1", parameters=parameters), tmp_path, outcome="pain")
    assert str(made) == sentence


def test_a_damaged_template_is_a_failure_not_a_crash(warm: WarmWorkers, tmp_path: Path) -> None:
    made = failed(warm, "{", tmp_path)
    assert made.error.startswith("NotJSONError: ")


HOSTILE = [
    "'; import os; os.abort(); '",
    '"""\nraise SystemExit\n"""',
    "\\",
    "{{ outcome }} {0}",
    "%run x",
    "</script>",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_parameter_is_text_and_never_code(warm: WarmWorkers, tmp_path: Path, value: str) -> None:
    text = notebook("print(outcome)", parameters=PARAMETERS)
    assert printed(executed(warm, text, tmp_path, outcome=value).notebook) == f"{value}\n"


def test_a_heading_may_name_a_parameter(warm: WarmWorkers, tmp_path: Path) -> None:
    text = notebook("1", parameters=PARAMETERS).replace("# A page", "# About {{ outcome }}")
    made = executed(warm, text, tmp_path, outcome="pain & `{ref}`")
    heading = nbformat.reads(made.notebook, as_version=4).cells[0].source
    assert heading == "# About pain \\& \\`\\{ref\\}\\`"
    assert escape_markdown("two\nlines") == "two lines"


def test_a_cell_goes_with_the_parameter_that_it_names(warm: WarmWorkers, tmp_path: Path) -> None:
    content = json.loads(notebook("1", parameters=PARAMETERS))
    content["cells"][-1]["metadata"]["with"] = "outcome"
    for outcome, cells in (("pain", 4), ("", 3)):
        made = executed(warm, json.dumps(content), tmp_path, outcome=outcome)
        assert len(nbformat.reads(made.notebook, as_version=4).cells) == cells


def test_a_page_that_hangs_is_stopped_and_named(warm: WarmWorkers, tmp_path: Path) -> None:
    made = failed(warm, notebook("1", "import time\ntime.sleep(600)"), tmp_path, timeout=2)
    assert (made.cell, made.line) == (3, "import time")
    assert made.error == "the page took more than its 2 seconds"


def test_a_kernel_that_dies_is_a_failure_of_its_cell(warm: WarmWorkers, tmp_path: Path) -> None:
    made = failed(warm, notebook("1", "import os\nos.abort()"), tmp_path)
    assert str(made) == (
        "cell 3 `import os`: the kernel died: it crashed, was killed, or ran out of memory"
    )
