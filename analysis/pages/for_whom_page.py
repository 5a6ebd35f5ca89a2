"""For whom: everybody who took part in the included trials, in sum."""

from __future__ import annotations

from analysis.evidence.participants import NOT_KNOWN, Average, Participants
from analysis.figures import showing
from analysis.figures.participants_plot import participants_plot, said
from analysis.formatting import count, counted, listed, number, percent, sentence_case
from analysis.pages.html import Html, join, paragraph, table


def summary(found: Participants) -> Html:
    """How many, women and men, how old, in which countries."""
    unknown = (
        f" (of {counted(found.unknown, 'trial')} nobody says how many)" if found.unknown else ""
    )
    sentences = [
        f"{counted(found.trials, 'included trial')} randomised {count(found.people)} people"
        f"{unknown}{_where(found)}."
        if found.people
        else f"{counted(found.trials, 'included trial')}{unknown}."
    ]
    if found.women:
        sentences.append(
            f"{percent(found.women.mean)} of them were women, in the "
            f"{_of(found.women)} that say so ({percent(found.women.lowest)} to "
            f"{percent(found.women.highest)} in single trials)."
        )
    if found.age:
        sentences.append(
            f"They were {number(found.age.mean, 0)} years old on average, in the "
            f"{_of(found.age)} that say so (trial means {number(found.age.lowest, 0)} to "
            f"{number(found.age.highest, 0)})."
        )
    return join((paragraph(" ".join(sentences)), paragraph(LIMITS)))


def _where(found: Participants) -> str:
    """The three countries with most people, as far as the trials name theirs."""
    named = [each.value for each in found.shares["country"] if each.value != NOT_KNOWN][:3]
    return f", most often in {listed(named)}" if named else "; in which countries is not known"


# What no sum of trials can say of a person.
LIMITS = (
    "A trial’s mean says little of one person. Who is not in these numbers, by age, language or "
    "illness, has not been studied here; the results may or may not hold for them."
)


def _of(average: Average) -> str:
    return counted(average.trials, "trial")


def figure(found: Participants) -> None:
    """Display the bars with what they say in words."""
    if not found.trials:
        return
    spoken = " ".join(
        f"{sentence_case(name)}: "
        + "; ".join(f"{share.value} {said(share)}" for share in shares)
        + "."
        for name, shares in found.shares.items()
    )
    showing.show(participants_plot(found), f"Who took part. {spoken}", "participants")


def shares_tables(found: Participants) -> Html:
    """Every group, none left out."""
    return join(
        table(
            [
                {
                    sentence_case(name): sentence_case(share.value),
                    "Trials": count(share.trials),
                    "People": count(share.people) if share.people else "not known",
                }
                for share in shares
            ],
            f"Participants by {name}",
            numbers=("Trials", "People"),
        )
        for name, shares in found.shares.items()
    )
