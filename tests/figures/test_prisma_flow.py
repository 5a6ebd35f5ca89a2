from __future__ import annotations

from dataclasses import replace

from analysis.figures.prisma_flow import Flow, Stream, prisma_flow
from analysis.figures.style import render_svg
from tests.figures.looking import collisions, outside, texts

DATABASES = Stream(
    identified=(("MEDLINE", 1203), ("Embase", 988), ("ClinicalTrials.gov", 77)),
    removed=(("Duplicates", 902),),
    screened=2140,
    excluded=2011,
    sought=129,
    not_retrieved=3,
    assessed=126,
    reports_excluded=(("Insufficient psychotherapeutic content", 41), ("Not randomised", 38)),
)
OTHER = Stream(
    identified=(("Open datasets", 31), ("Earlier reviews", None)),
    sought=60,
    not_retrieved=None,
    assessed=58,
    reports_excluded=(),
)
FLOW = Flow(
    previous_studies=15,
    previous_reports=None,
    databases=DATABASES,
    other=OTHER,
    new_studies=23,
    new_reports=25,
    awaiting_studies=16,
    total_studies=38,
    total_reports=None,
)


def words(flow: Flow) -> str:
    return " ".join(texts(render_svg(prisma_flow(flow)))).replace("\xa0", " ")


def test_every_count_is_in_its_box() -> None:
    found = words(FLOW)
    for expected in (
        "Studies included in the previous version (n = 15)",
        "MEDLINE (n = 1,203)",
        "Duplicates (n = 902)",
        "Records screened (n = 2,140)",
        "Reports not retrieved (n = 3)",
        "Insufficient psychotherapeutic content (n = 41)",
        "New studies included (n = 23)",
        "Studies awaiting classification (n = 16)",
        "Total studies included (n = 38)",
    ):
        assert expected in found


def test_a_count_that_nobody_recorded_says_so() -> None:
    found = words(FLOW)
    assert "Earlier reviews (not recorded)" in found
    assert "Reports of all studies (not recorded)" in found


def test_what_was_not_searched_says_so_and_has_no_further_boxes() -> None:
    found = words(replace(FLOW, databases=None))
    assert "Not searched for this version" in found
    assert "Records screened" not in found
    assert "Reports assessed for eligibility (n = 58)" in found
    neither = words(replace(FLOW, databases=None, other=None))
    assert neither.count("Not searched") == 2


def test_nothing_overlaps_however_long_the_reasons() -> None:
    reasons = tuple((f"criterion number {i} which this report does not meet", i) for i in range(9))
    long = replace(
        FLOW,
        databases=replace(DATABASES, reports_excluded=reasons),
        other=replace(OTHER, reports_excluded=reasons),
    )
    for flow in (FLOW, long, replace(FLOW, databases=None), replace(FLOW, other=None)):
        figure = prisma_flow(flow)
        assert collisions(figure) == []
        assert outside(figure) == []
