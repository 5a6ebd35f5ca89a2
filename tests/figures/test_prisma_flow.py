from __future__ import annotations

from dataclasses import replace

from analysis.figures.prisma_flow import Flow, prisma_flow
from analysis.figures.style import render_svg
from tests.figures.looking import collisions, outside, texts
from tests.figures.trials import DATABASES, FLOW, OTHER


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
