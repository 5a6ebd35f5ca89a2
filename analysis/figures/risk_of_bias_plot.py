"""Risk of bias: the traffic-light table, and the summary bars weighted by participants.

RoB 1 and RoB 2 judge different domains, so a figure shows one tool.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from analysis.evidence.risk_of_bias_tools import DOMAINS, OVERALL
from analysis.figures import palette, style
from analysis.figures.canvas import Sheet
from analysis.figures.fitting import stacked, text_width, wrap
from analysis.figures.judgements import JUDGEMENTS, MARKS, draw_judgement, judgement_key
from analysis.figures.many_trials import MOST_ROWS, alike
from analysis.figures.marks import Look, stroke
from analysis.figures.text import plain
from analysis.formatting import count, counted, percent
from analysis.synthesis.risk_of_bias import Judgement, RiskOfBias

MARGIN = 14.0
LINE = 11.0
ROW = 18.0
COUNT = 44.0  # width of the column of participants
NARROWEST_LABEL = 40.0
WIDEST_LABEL = 150.0
WIDEST_COLUMN = 96.0
MARK = 13.5
BAR = 22.0
NO_PARTICIPANTS = "no trial has a known number of participants to weight the bars by"


@dataclass(frozen=True)
class Assessment:
    """A trial as the risk-of-bias figures need it; `n` participants, `None` if not known."""

    label: str
    risk_of_bias: RiskOfBias
    n: int | None


def domains_of(assessments: Sequence[Assessment]) -> tuple[str, ...]:
    """The tool's domains that any of these trials has, in the tool's order, then others.

    Raises ValueError when there is no trial, or more than one tool.
    """
    tools = {assessment.risk_of_bias.tool for assessment in assessments}
    if len(tools) != 1:
        named = ", ".join(sorted(str(tool) for tool in tools)) or "no trial"
        raise ValueError(f"a risk-of-bias figure shows the trials of one tool, not {named}")
    judged = {d.domain for a in assessments for d in a.risk_of_bias.domains} - {OVERALL}
    known = DOMAINS.get(str(tools.pop()), ())
    return (*(d for d in known if d in judged), *sorted(judged - set(known)))


def traffic_light(assessments: Sequence[Assessment]) -> Figure:
    """One row a trial, one column a domain and the overall judgement: letter, shape, tint.

    A domain without a judgement is an en dash. Many trials are put together where they are
    judged alike. Raises ValueError as `domains_of`.
    """
    domains = domains_of(assessments)
    everyone, more = assessments, list[str]()
    if len(assessments) > MOST_ROWS:
        assessments, more = _patterns(assessments, domains)
    table = _lay_out(assessments, domains)
    notes = _wrapped([*_notes(everyone, domains, ""), *more], table.width - 2 * MARGIN)
    bottom = table.top + sum(table.heights)
    sheet = Sheet.blank(table.width, bottom + 16.0 + len(notes) * LINE + MARGIN)
    _draw_headers(sheet, table)
    y = table.top + 4.0
    for index, assessment in enumerate(assessments):
        _draw_trial(sheet, table, index, assessment, domains, y + table.heights[index] / 2)
        y += table.heights[index]
    sheet.numbers.extend(_numbers(assessment, domains) for assessment in everyone)
    _draw_notes(sheet, notes, y + 10.0 + LINE / 2)
    return sheet.figure


@dataclass(frozen=True)
class _Table:
    width: float
    labels: tuple[tuple[str, ...], ...]
    count_right: float
    headers: tuple[tuple[str, ...], ...]
    columns: tuple[float, ...]
    top: float
    heights: tuple[float, ...]


def _lay_out(assessments: Sequence[Assessment], domains: Sequence[str]) -> _Table:
    labels = tuple(wrap(plain(a.label), WIDEST_LABEL, style.BODY) for a in assessments)
    widest = max(text_width(line, style.BODY) for label in labels for line in label)
    count_right = MARGIN + max(widest, NARROWEST_LABEL) + COUNT
    left = count_right + 10.0
    step = min((style.WIDTH - MARGIN - left) / (len(domains) + 1), WIDEST_COLUMN)
    headers = tuple(
        wrap(heading.capitalize(), step - 8.0, style.SMALL, bold=True, lines=4)
        for heading in (*domains, OVERALL)
    )
    return _Table(
        width=left + step * len(headers) + MARGIN,
        labels=labels,
        count_right=count_right,
        headers=headers,
        columns=tuple(left + (i + 0.5) * step for i in range(len(headers))),
        top=MARGIN + max(len(header) for header in headers) * LINE + 6.0,
        heights=tuple(ROW + (len(label) - 1) * LINE for label in labels),
    )


def _draw_headers(sheet: Sheet, table: _Table) -> None:
    bottom = table.top - 6.0 - LINE / 2
    for x, header in zip(table.columns, table.headers, strict=True):
        for line, height in zip(header, range(len(header) - 1, -1, -1), strict=True):
            y = bottom - height * LINE
            sheet.text(x, y, line, align="center", size=style.SMALL, bold=True)
    sheet.text(MARGIN, bottom, "Trial", size=style.SMALL, bold=True)
    sheet.text(table.count_right, bottom, "n", align="right", size=style.SMALL, bold=True)
    sheet.line((MARGIN, sheet.width - MARGIN), (table.top, table.top), stroke(palette.INK))


def _draw_trial(
    sheet: Sheet,
    table: _Table,
    index: int,
    assessment: Assessment,
    domains: Sequence[str],
    y: float,
) -> None:
    for at, text in stacked(y, table.labels[index], LINE):
        sheet.text(MARGIN, at, text)
    sheet.text(table.count_right, y, count(assessment.n), align="right")
    judged = _judgements(assessment)
    for x, domain in zip(table.columns, (*domains, OVERALL), strict=True):
        draw_judgement(sheet, x, y, judged.get(domain, "not assessed"), size=MARK)


def _patterns(
    assessments: Sequence[Assessment], domains: Sequence[str]
) -> tuple[list[Assessment], list[str]]:
    """The trials that are judged alike as one each, the most frequent first, and what that is."""

    def judged(assessment: Assessment) -> tuple[Judgement | None, ...]:
        found = _judgements(assessment)
        return tuple(found.get(domain) for domain in (*domains, OVERALL))

    groups = alike(assessments, judged)
    shown = [
        Assessment(counted(len(g), "trial"), g[0].risk_of_bias, sum(a.n or 0 for a in g) or None)
        for g in groups[:MOST_ROWS]
    ]
    notes = ["A row: trials that are judged alike, and their participants in sum."]
    if left := sum(map(len, groups[MOST_ROWS:])):
        notes.append(f"Not shown, each judged as few others: {counted(left, 'trial')}.")
    return shown, notes


def _numbers(assessment: Assessment, domains: Sequence[str]) -> dict[str, object]:
    judged = _judgements(assessment)
    words = {
        domain.capitalize(): judged.get(domain, "not assessed") for domain in (*domains, OVERALL)
    }
    return {"Trial": assessment.label, "Participants": assessment.n, **words}


def _judgements(assessment: Assessment) -> dict[str, Judgement]:
    found = {d.domain: d.judgement for d in assessment.risk_of_bias.domains}
    return found | {OVERALL: assessment.risk_of_bias.overall}


def _notes(assessments: Sequence[Assessment], domains: Sequence[str], lead: str) -> list[str]:
    """The key to the letters, and which of the tool's domains nobody has judged."""
    seen = {
        _judgements(a).get(domain, "not assessed") for a in assessments for domain in domains
    } | {a.risk_of_bias.overall for a in assessments}
    notes = [f"{lead}{judgement_key(seen)}."]
    tool = str(assessments[0].risk_of_bias.tool)
    unjudged = [domain for domain in DOMAINS.get(tool, ()) if domain not in domains]
    if unjudged:
        notes.append(f"{tool} domains without a judgement here: {', '.join(unjudged)}.")
    return notes


def _wrapped(notes: Sequence[str], width: float) -> list[str]:
    return [line for note in notes for line in wrap(note, width, style.SMALL, lines=3)]


def _draw_notes(sheet: Sheet, lines: Sequence[str], y: float) -> None:
    for index, line in enumerate(lines):
        sheet.text(MARGIN, y + index * LINE, line, size=style.SMALL, color=palette.MUTED)


@dataclass(frozen=True)
class _Bar:
    """A line of a figure of bars; a heading has no shares."""

    label: str
    shares: Mapping[Judgement, float]
    bold: bool = False


def summary_bars(assessments: Sequence[Assessment]) -> Figure:
    """Share of participants whose trial has each judgement, a bar a domain.

    A trial counts with its participants; trials whose number is not known are left
    out and counted in the note. Raises ValueError as `domains_of`, and when no
    trial's number is known.
    """
    domains = (*domains_of(assessments), OVERALL)
    bars = [
        _Bar(domain.capitalize(), shares(assessments, domain), bold=domain == OVERALL)
        for domain in domains
    ]
    notes = _notes(assessments, domains, "Share of participants. ")
    return _draw_bars(bars, [*notes, *_left_out(assessments)])


def question_bars(groups: Mapping[str, Mapping[str, Sequence[Assessment]]]) -> Figure:
    """Share of participants whose trial has each overall judgement, a bar a question.

    `groups` maps a heading to its questions, a question to its trials, whatever their tool.
    Raises ValueError where a question has no trial of known size.
    """
    bars = []
    for heading, questions in groups.items():
        bars.append(_Bar(heading, {}, bold=True))
        bars += [_Bar(label, shares(trials, OVERALL)) for label, trials in questions.items()]
    every = [a for questions in groups.values() for trials in questions.values() for a in trials]
    seen = {assessment.risk_of_bias.overall for assessment in every}
    key = judgement_key(seen)
    notes = [f"Share of participants by the overall judgement of their trial. {key}."]
    return _draw_bars(bars, [*notes, *_left_out(dict.fromkeys(every))])


def _left_out(assessments: Iterable[Assessment]) -> list[str]:
    unknown = sum(not assessment.n for assessment in assessments)
    if not unknown:
        return []
    return [f"Left out, number of participants not known: {counted(unknown, 'trial')}."]


def _draw_bars(bars: Sequence[_Bar], notes: Sequence[str]) -> Figure:
    left = MARGIN + 12.0
    left += max(text_width(bar.label, style.BODY, bold=bar.bold) for bar in bars if bar.shares)
    lines = _wrapped(notes, style.WIDTH - 2 * MARGIN)
    bottom = MARGIN + len(bars) * BAR
    sheet = Sheet.blank(style.WIDTH, bottom + 30.0 + len(lines) * LINE + MARGIN)
    right = style.WIDTH - MARGIN - 14.0
    group: dict[str, object] = {}
    for index, bar in enumerate(bars):
        group = group if bar.shares else {"Group": bar.label}
        sheet.numbers.extend(
            {**group, "Bar": bar.label, "Judgement": judgement, "Share": share}
            for judgement, share in bar.shares.items()
        )
        y = MARGIN + (index + 0.5) * BAR
        sheet.text(MARGIN, y, bar.label, bold=bar.bold)
        _draw_bar(sheet, bar.shares, left, right, y)
    _draw_share_axis(sheet, left, right, bottom)
    _draw_notes(sheet, lines, bottom + 30.0 + LINE / 2)
    return sheet.figure


def shares(assessments: Sequence[Assessment], domain: str) -> dict[Judgement, float]:
    """The share of the participants, 0 to 1, under each judgement; ValueError without any."""
    participants: dict[Judgement, int] = dict.fromkeys(JUDGEMENTS, 0)
    for assessment in assessments:
        judgement = _judgements(assessment).get(domain, "not assessed")
        participants[judgement] += assessment.n or 0
    total = sum(participants.values())
    if not total:
        raise ValueError(NO_PARTICIPANTS)
    return {judgement: n / total for judgement, n in participants.items() if n}


def _draw_bar(
    sheet: Sheet, shares: Mapping[Judgement, float], left: float, right: float, y: float
) -> None:
    x = left
    for judgement, share in shares.items():
        mark = MARKS[judgement]
        width = share * (right - left)
        sheet.rectangle(x, y - 8.0, width, 16.0, Look(mark.face, palette.INK, 0.7))
        for text in (f"{mark.letter} {percent(100 * share)}", mark.letter):
            if text_width(text, style.SMALL, bold=True) + 6.0 <= width:
                sheet.text(
                    x + width / 2,
                    y,
                    text,
                    align="center",
                    size=style.SMALL,
                    color=mark.ink,
                    bold=True,
                )
                break
        x += width


def _draw_share_axis(sheet: Sheet, left: float, right: float, y: float) -> None:
    for share in (0, 25, 50, 75, 100):
        x = left + (right - left) * share / 100
        sheet.line((x, x), (y - 1.0, y + 3.0), stroke(palette.INK))
        sheet.text(x, y + 10.0, f"{share}%", align="center", size=style.SMALL)
