"""What each page of the desk costs, and each save, but for screening: on the frozen review.

`./review -m tests.benchmarks.bench_desk`; not part of the test suite, because a time is a property
of a machine. Asked as a browser asks, without a network between. Of a page the first asking, after
something was saved, stands beside those when all is known.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlencode

import lxml.html
from httpx2 import Response

from analysis.desk.desk import Desk
from analysis.evidence.trustworthiness_tool import DOMAINS as TRUST
from tests.benchmarks.bench_screening_desk import Times, timed
from tests.desk import day
from tests.desk.asking import Asking
from tests.searching.recorded_update import PAIN, STUDY_CELLS, TYPED_BY_BEN

ROUNDS = 9
SAW = 303, 200
NEW, OLD = day.STUDY, "lorig-2008"
HOME = f"/extract/{NEW}"
RESULT = f"{HOME}/result/{NEW}.pain.post.1"
STAGES = {stage for _, stage in day.STAGES}
CERTAINTY = f"/judge/certainty/{day.QUESTION.replace('.', '-')}"
CERTAIN = ("risk of bias", "inconsistency", "indirectness", "imprecision", "publication bias")
VERSION = {
    "name": day.VERSION, "day": day.DAY_OF_IT, "trigger": day.TRIGGER, "methods": "none",
}  # fmt: skip

Typed = Mapping[str, str]


def begun(root: Path) -> Path:
    """The frozen review with a new trial that two people have included."""
    data = day.begin(root)
    day.done(step for step in day.by_the_commands(data) if step[0].split(":")[0] in STAGES)
    return data


class Sitting:
    """Somebody at the desk; only asking and sending are measured, not how a form is filled in."""

    def __init__(self, desk: Desk, who: str) -> None:
        self.asking = Asking(desk, who)
        self.asking.follow_redirects = False

    def page(self, what: str, path: str) -> None:
        def ask() -> None:
            held(self.asking.get(path), path)

        timed(f"{what}, the first time", ask, 1)
        timed(what, ask, ROUNDS)

    def sends(self, what: str, path: str, *typed: Typed, action: str = "") -> None:
        """One form after another, each opened before the clock runs; and what each leads to."""
        times, after = Times(what), Times(f"{what}: the page that follows")
        for fields in typed:
            to, sent = self._filled(path.format(**fields), fields, action)
            reply = times.of(lambda to=to, sent=sent: held(self.asking.submit(to, sent), to))
            if there := reply.headers.get("location"):
                after.of(lambda there=there: held(self.asking.get(there), there))
        for each in (times, after):
            each.tell()

    def _filled(self, path: str, fields: Typed, action: str) -> tuple[str, dict[str, str]]:
        """The form of a page that has these fields, filled in: where it goes, what it sends."""
        page = lxml.html.fromstring(self.asking.get(path).text)
        for form in page.forms:
            stands = {e.get("name"): e.get("value") for e in form.xpath(".//*[@name]")}
            fixed = {e.name: e.value for e in form.xpath(".//input[@type='hidden']")}
            if (
                form.method == "POST"
                and fields.keys() <= stands.keys()
                and fixed
                == {**fixed, **{name: fields[name] for name in fixed.keys() & fields.keys()}}
            ):
                return action or form.action, {**dict(form.form_values()), **fields}
        raise AssertionError((path, fields, [form.action for form in page.forms]))


def held(reply: Response, path: str) -> Response:
    said = " ".join(lxml.html.fromstring(reply.text or "-").text_content().split())
    assert reply.status_code in SAW, (path, reply.status_code, said)
    return reply


def extracting(people: Iterable[Sitting]) -> None:
    for person, cells in zip(people, (PAIN, {**PAIN, "sd_control": TYPED_BY_BEN}), strict=True):
        who = person.asking.cookies[person.asking.desk.who_cookie]
        person.page("trials to extract", "/extract")
        person.sends(f"{who} begins a trial", "/extract", {"study": NEW})
        person.page("a trial to extract", HOME)
        person.page("the form of a trial", f"{HOME}/trial")
        filled = {f"study.{name}": cell for name, cell in STUDY_CELLS.items()}
        person.sends(f"{who} saves the form of a trial", f"{HOME}/trial", filled)
        person.page("the form of a result", RESULT)
        tried = [{**cells, "mean_control": f"5.{digit}"} for digit in range(ROUNDS)]
        person.sends("what a result comes to, while one types", RESULT, *tried,
                     action=f"{RESULT}/tried")  # fmt: skip
        person.sends(f"{who} saves a result", RESULT, *tried, cells)
        person.sends(f"{who} has finished", HOME, {}, action=f"{HOME}/finished")


def settling(person: Sitting) -> None:
    person.page("what two read", f"{HOME}/both")
    person.sends("a difference is settled", f"{HOME}/both", {"take": "first"})
    person.sends("into the evidence", f"{HOME}/both", {}, action=f"{HOME}/accept")


def judging(anna: Sitting, ben: Sitting) -> None:
    for what, path in (
        ("what to judge", "/judge"),
        ("what to judge of a trial", f"/judge/trial/{OLD}"),
        ("the numbers of a trial", f"/judge/verify/{OLD}"),
        ("the questioned numbers", "/judge/rulings"),
    ):
        anna.page(what, path)
    anna.sends("a row is seen", f"/judge/verify/{OLD}", *[{"act": "all"}] * ROUNDS)
    result = {"tool": "RoB 2", "outcome": "pain", "timepoint": "post"}
    for person in (anna, ben):
        for tool, study, words in (
            (result, NEW, day.JUDGED[person.asking.cookies[person.asking.desk.who_cookie]]),
            ({"tool": "INSPECT-SR"}, OLD, dict.fromkeys(TRUST, "no concerns")),
        ):
            here = f"/judge/assess/{study}?{urlencode(tool)}"
            person.page(f"a domain of {tool['tool']}", here)
            person.sends(f"a domain of {tool['tool']} is judged", f"{here}&domain={{domain}}", *(
                {"domain": domain, "judgement": word, "support": day.SUPPORT}
                for domain, word in words.items()
            ))  # fmt: skip
            person.page(f"all that was judged with {tool['tool']}", here)
    settle = f"/judge/settle/{NEW}?{urlencode(result)}"
    anna.page("what two judged otherwise", settle)
    anna.sends("a judgement is settled", f"{settle}&domain={{domain}}", *(
        {"domain": domain, "judgement": word, "support": day.SUPPORT}
        for domain, word in day.SETTLED.items()
    ))  # fmt: skip


def certainty(person: Sitting) -> None:
    person.page("the questions of certainty", "/judge/certainty")
    person.page("the certainty of a question", CERTAINTY)
    typed = ({"domain": d, "levels": "1", "reason": day.SUPPORT} for d in CERTAIN)
    person.sends("a decision on certainty", CERTAINTY, *typed)


def releasing(person: Sitting) -> None:
    person.page("what a release would bring", "/release")
    person.sends("what readers will see", "/release", *[VERSION] * 3)
    shown = person.asking.submit("/release/preview", VERSION)
    made = dict(lxml.html.fromstring(shown.text).forms[-1].form_values())
    times = Times("a release")
    times.of(lambda: held(person.asking.submit("/release/make", {**made, **VERSION}), "make"))
    times.tell()
    person.page("after a release", "/release")
    person.page("before it is taken back", f"/release/take-back/{day.VERSION}")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        desk = Desk(begun(Path(name)), patience=60)
        anna, ben = Sitting(desk, "anna"), Sitting(desk, "ben")
        anna.page("the first page", "/")
        extracting((anna, ben))
        settling(anna)
        judging(anna, ben)
        certainty(anna)
        releasing(anna)


if __name__ == "__main__":
    main()
