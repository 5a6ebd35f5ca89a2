"""The effect in people: a picture of a hundred with what it says, and what it rests on."""

from __future__ import annotations

from analysis.figures.pictograph import KINDS, PEOPLE, pictograph, sample
from analysis.pages.html import Html, element, join, paragraph, text
from analysis.protocol_rules import ReviewWords
from analysis.synthesis.question_result import Synthesis
from analysis.synthesis.wording.clinical_text import (
    People,
    event_of,
    in_people,
    people_shown,
)


def drawn_people(words: ReviewWords, synthesis: Synthesis) -> Html:
    """Of 100 people how many have the event in each group; nothing where no risk is known.

    The first control risk is drawn, that of the largest trial which gives one; a rare event is
    told in words.
    """
    if not synthesis.clinical.absolute:
        return Html("")
    effect = synthesis.clinical.absolute[0]
    people, said = in_people(effect), people_shown(words, synthesis.measure, effect)
    event = event_of(words, synthesis.measure)
    if people.of != PEOPLE:
        return paragraph(said)
    legend = element("span", *_legend(words, people, event), class_="people-legend")
    return element(
        "figure",
        Html(pictograph(people.without, people.with_it, title=f"{synthesis.title}. {said}")),
        element("figcaption", legend, said),
        class_="people",
    )


def _legend(words: ReviewWords, people: People, event: str) -> list[Html]:
    either, most = sorted((people.without, people.with_it))
    who = words.with_intervention if people.with_it > people.without else f"in {words.control}"
    said = (
        f"{either} {event} in both groups",
        f"{most - either} only {who}",
        f"{PEOPLE - most} in neither",
    )
    counts = (either, most - either, PEOPLE - most)
    return [
        element("span", join((Html(sample(kind)), " ", text(label))))
        for kind, label, n in zip(KINDS, said, counts, strict=True)
        if n
    ]
