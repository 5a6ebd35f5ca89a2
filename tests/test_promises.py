"""What the protocol and the methods promise is done by code: no setting and no analysis is idle."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from analysis.evidence.risk_of_bias_tools import OVERALL
from analysis.evidence.rows import Evidence
from analysis.evidence.trustworthiness_rows import TrustJudgement
from analysis.pages.influence_section import all_subsets
from analysis.protocol import Protocol, load_protocol
from analysis.protocol_rules import AsymmetryTests, BayesianRules, TauPrior
from analysis.synthesis.analyses import ANALYSES, LISTS, in_words
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.synthesise import synthesise
from tests.evidence.rows import a_row, a_trial
from tests.reads_of_models import reads

ROOT = Path(__file__).resolve().parents[1]
OWN_PAGE = ROOT / "analysis/pages/protocol_page.py"


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model that a field may hold, however it is wrapped."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def settings(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Every field that a protocol may set, with the name of the class that declares it."""
    for name, field in model.model_fields.items():
        declares = next(kind for kind in reversed(model.__mro__) if name in annotations_of(kind))
        yield declares.__name__, name
        for inner in models_in(field.annotation):
            yield from settings(inner)


def annotations_of(kind: type) -> Mapping[str, Any]:
    return inspect.get_annotations(kind)


# A statement that old files make, held against the registry of measures: no choice.
STATED = {("MeasureRule", "ratio")}


def texts_of_chapters() -> set[tuple[str, str]]:
    """The settings that are sentences for a reader, where a hand-written page prints them.

    A number or a switch is no sentence: printing it does nothing.
    """
    found = set()
    for path in (ROOT / "chapters").rglob("*.md"):
        for place in re.findall(r"\{\{ protocol\.([\w.]+) \}\}", path.read_text(encoding="utf-8")):
            model: type[BaseModel] | None = Protocol
            for name in place.split("."):
                field = model.model_fields.get(name) if model else None
                if model and field and field.annotation is str:
                    found.add((model.__name__, name))
                model = next(models_in(field.annotation), None) if field else None
    return found


def test_every_setting_of_the_protocol_does_something() -> None:
    """Nothing is printed as a rule of the review that no code applies."""
    read = reads(ROOT / "analysis", without=[OWN_PAGE]) | texts_of_chapters()
    assert set(settings(Protocol)) - read <= STATED


CODE = """
class Rules(Frozen):
    used: int
    only_printed: int
    label: str
    by_property: int
    by_nobody: int
    checked: int

    @property
    def half(self) -> int:
        return self.by_property

    @property
    def idle(self) -> int:
        return self.by_nobody

    @field_validator("checked")
    def _check(self) -> int:
        return self.checked


class Whole(Frozen):
    rules: tuple[Rules, ...]


class Other:
    label: str
"""
USE = """
def first(whole: "Whole", other: Other, unknown):
    found = [rule.used for rule in whole.rules]
    one = whole.rules[0]
    return found, one.half, other.label, unknown.label
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "models.py").write_text(CODE)
    (tmp_path / "use.py").write_text(USE)
    (tmp_path / "page.py").write_text("def show(rule: Rules):\n    return rule.only_printed\n")
    return tmp_path


def test_what_is_read_is_told_from_what_is_only_called_alike(package: Path) -> None:
    found = reads(package, without=[package / "page.py"])
    assert {name for kind, name in found if kind == "Rules"} == {"used", "half", "by_property"}
    assert ("Other", "label") in found


def test_the_own_page_counts_where_it_is_not_left_out(package: Path) -> None:
    assert ("Rules", "only_printed") in reads(package)


METHODS = sorted((ROOT / "chapters/methods").glob("*.md"))
NAMED = re.compile(r"\{\{ analyses\.(\w+) \}\}")
# What analyses are called in the field, ours or not: the id of ours, blank where we have none.
CALLED = {
    r"mantel-haenszel": "mantel_haenszel_then",
    r"\bpeto\b": "",
    r"dersimonian": "dersimonian_laird",
    r"\breml\b": "reml",
    r"maximum likelihood": "ml",
    r"paule": "paule_mandel",
    r"sidik": "sidik_jonkman",
    r"hunter-schmidt": "hunter_schmidt",
    r"common-effect|fixed-effect": "common_effect",
    r"\bwald\b": "wald",
    r"hartung": "hartung_knapp",
    r"scale (is )?never below (one|1)": "hartung_knapp_conservative",
    r"q-profile": "q_profile",
    r"prediction interval": "prediction_interval",
    r"leave-one-out|leaves? out each": "leave_one_out",
    r"cumulative": "cumulative",
    r"influence of each": "influence",
    r"subset": "every_subset",
    r"cluster-robust": "cluster_robust",
    r"meta-regression": "meta_regression",
    r"funnel": "funnel_plot",
    r"egger": "egger",
    r"\bpeters’": "peters",
    r"harbord": "harbord",
    r"pustejovsky": "pustejovsky_rodgers",
    r"rank correlation|begg": "rank_correlation",
    r"trim[ -]and[ -]fill": "trim_and_fill",
    r"\bpet\b|pet-peese": "pet_peese",
    r"selection model": "selection_model",
    r"bayes": "bayesian",
    r"\bprior": "bayesian_priors",
    r"shrinkage|shrunk|drawn towards": "true_effects",
    r"bootstrap|permutation|jackknife": "",
    r"fail-safe|p-curve|p-uniform|limit meta": "",
    r"network meta|multilevel|three-level|multivariate": "",
    r"sequential|alpha spending": "",
    r"individual participant|individual patient": "",
    r"dose-response": "",
    r"worst case|best case|multiple imputation": "",
}
# Sentences that say of an analysis that it is not made.
NOT_MADE = ("instead of a formal sequential boundary, because Cochrane advises against sequential",)


def prose(path: Path) -> str:
    """A chapter without its citations, targets and what it names by id."""
    text = path.read_text(encoding="utf-8")
    for said in NOT_MADE:
        text = text.replace(said, "")
    return re.sub(r"\{cite:\w\}`[^`]*`|\{\{[^}]*\}\}|<[^>]*>`|^\(.*\)=$", "", text, flags=re.M)


def test_every_analysis_that_the_methods_name_is_one_that_the_code_knows() -> None:
    texts = [path.read_text(encoding="utf-8") for path in METHODS]
    by_id = {name for text in texts for name in NAMED.findall(text)}
    assert by_id <= in_words(load_protocol(ROOT / "data/protocol.yml")).keys()
    by_name = {
        f"{path.name}: {found.group()}"
        for path in METHODS
        for pattern, name in CALLED.items()
        for found in re.finditer(pattern, prose(path), re.IGNORECASE)
        if name not in ANALYSES
    }
    assert by_name == set()


def test_the_sections_of_sensitivity_name_their_analyses_by_id() -> None:
    """A sentence there without an id would be a promise that nothing holds to the code."""
    text = (ROOT / "chapters/methods/synthesis.md").read_text(encoding="utf-8")
    section = text.split("(synthesis-sensitivity)=")[1].split("\n(")[0]
    sentences = [line for line in section.splitlines() if line and not line.startswith("#")]
    assert len(sentences) >= 6
    silent = [line for line in sentences if not NAMED.search(line)]
    assert [line for line in silent if "counts for each analysis" not in line] == []


def test_every_analysis_of_the_code_is_named_in_the_methods() -> None:
    names = {name for path in METHODS for name in NAMED.findall(path.read_text(encoding="utf-8"))}
    named = names | {one for name in names for one in LISTS.get(name, ())}
    named |= {
        name for p, name in CALLED.items() for m in METHODS if re.search(p, prose(m), re.IGNORECASE)
    }
    assert ANALYSES.keys() - named == set()


def under(evidence: Evidence, smd: str = "egger", ratio: str = "egger") -> Evidence:
    """The evidence with those regression tests, priors, and effects adjusted for baseline."""
    tests = AsymmetryTests.model_validate({"smd": smd, "ratio": ratio})
    half = TauPrior(distribution="half-normal", scale=0.5)
    priors = BayesianRules(prior=half, alternatives=(half,), headline_maximum_k=4)
    changes = {"asymmetry_tests": tests, "baseline_correlations": (0.5,), "bayesian": priors}
    rules = evidence.protocol.synthesis.model_copy(update=changes)
    return replace(evidence, protocol=evidence.protocol.model_copy(update={"synthesis": rules}))


def review(evidence: Evidence, condition: str, rows: Sequence[Mapping[str, Any]]) -> Evidence:
    """Trials of the baseline review, a year apart, with one row of pain each."""
    made, outcomes = {}, []
    for number, cells in enumerate(rows):
        name = f"made-{number}"
        made[name] = a_trial(
            evidence, study_id=name, condition=condition, title=name, doi="", pmid="",
            year=2000.0 + number, in_baseline_review="yes",
        )  # fmt: skip
        outcomes.append(a_row(study_id=name, row_id=f"{name}.pain.post.1", **cells))
    return replace(evidence, trials=made, outcomes=tuple(outcomes))


def judged(evidence: Evidence) -> Evidence:
    """Trials of which half were judged to raise no concerns about trustworthiness."""
    rows = tuple(
        TrustJudgement(name, OVERALL, "no concerns", "", "", assessed_by="anna")
        for name in list(evidence.trials)[:7]
    )
    return replace(evidence, trustworthiness=rows)


ARMS = ("intervention", "control")
NO_SCORES = {f"{what}_{arm}": None for what in ("n", "mean", "sd") for arm in ARMS}


def counts(number: int) -> dict[str, Any]:
    events = {"events_intervention": 12.0 + number, "events_control": 6.0 + number % 5}
    totals = {"total_intervention": 60.0 + number, "total_control": 58.0}
    return {"format": "events", "higher_is": "better", **NO_SCORES, **events, **totals}


def scores(number: int) -> dict[str, Any]:
    before = {f"baseline_sd_{arm}": 2.0 for arm in ARMS}
    before |= {f"baseline_mean_{arm}": 5.0 + 0.1 * number for arm in ARMS}
    return {"n_intervention": 40.0 + 3 * number, "mean_control": 4.5 + 0.2 * (number % 6), **before}


HALVES = {
    "format": "effect", "effect_measure": "MD", "effect": -0.8, "effect_p": 0.013,
    "n_total": 117.0, "effect_favours_intervention_when": "negative", **NO_SCORES,
}  # fmt: skip


def test_every_analysis_is_made_where_the_trials_allow_it(
    evidence: Evidence, syntheses: Mapping[str, Synthesis]
) -> None:
    """In the frozen review, or in fourteen trials that report what the analysis needs."""
    responders = review(evidence, "headache", [counts(number) for number in range(14)])
    means = review(evidence, "non-headache", [scores(number) for number in range(14)])
    assumed = review(evidence, "non-headache", [*map(scores, range(3)), HALVES])
    pain = {
        condition: evidence.protocol.question(condition, "pain", "post")
        for condition in ("headache", "non-headache")
    }
    made = [
        *syntheses.values(),
        *(synthesise(under(means, smd=test), pain["non-headache"])
          for test in ("egger", "pustejovsky-rodgers")),
        *(synthesise(under(responders, ratio=test), pain["headache"])
          for test in ("peters", "harbord")),
        synthesise(under(assumed), pain["non-headache"]),
        synthesise(judged(means), pain["non-headache"]),
    ]  # fmt: skip
    never = {name for name, one in ANALYSES.items() if not any(map(one.made, made))}
    assert never == set()


def test_every_subset_is_pooled_on_the_page_of_a_question() -> None:
    """It is no part of a result: the page makes it from the trials that a result has."""
    notebook = (ROOT / "analysis/notebooks/synthesis.ipynb").read_text(encoding="utf-8")
    assert "influences.all_subsets(synthesis, rules)" in notebook
    assert "gosh(effects, variances)" in inspect.getsource(all_subsets)
