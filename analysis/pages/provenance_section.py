"""Where the numbers of a question come from, and everything to make them again elsewhere."""

from __future__ import annotations

from analysis.formatting import count
from analysis.pages.html import Html, element, join, link, terms
from analysis.pages.links import UP
from analysis.publishing.downloads import EFFECTS, FOLDER, QUESTIONS
from analysis.publishing.r_script import r_script
from analysis.synthesis.question_result import Synthesis


def provenance(synthesis: Synthesis) -> Html:
    """The page's data and software, so that its numbers can be made again."""
    made, key = synthesis.provenance, synthesis.question.key
    return terms(
        {
            "Rows that measured this outcome": count(made.rows_read),
            "Checked by a person against the trial report": count(made.rows_verified),
            "Fingerprint of the data": element("code", made.data_fingerprint[:16]),
            "Software": ", ".join(f"{name} {number}" for name, number in made.versions.items()),
            "All numbers of this page": _file("results as JSON", f"results/{key}.json"),
            "Effects of the trials": join(
                (
                    _file("effects of all questions as CSV", EFFECTS),
                    ", where ",
                    element("code", "cell"),
                    " is ",
                    element("code", key),
                )
            ),
            **_references(synthesis),
            "The same in R": _file("script with data and result", f"{QUESTIONS}/{key}.R"),
        }
    )


def _references(synthesis: Synthesis) -> dict[str, Html]:
    if not synthesis.studies:
        return {}
    stem = f"{QUESTIONS}/{synthesis.question.key}"
    both = (_file("RIS", f"{stem}.ris"), _file("BibTeX", f"{stem}.bib"))
    return {"References of the trials": join(both, " and ")}


def _file(label: str, path: str) -> Html:
    return link(label, f"{UP}{FOLDER}/{path}")


def script(synthesis: Synthesis) -> Html:
    """The script for R, folded; the site gives such a block a button that copies it."""
    code = element("div", element("pre", r_script(synthesis)), class_="highlight")
    return element("details", element("summary", "The analysis as a script for R"), code)
