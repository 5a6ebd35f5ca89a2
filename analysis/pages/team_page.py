"""Who made this: authors with their roles, contact, funding, interests, or that nobody says."""

from __future__ import annotations

from analysis.evidence.rows import Evidence
from analysis.evidence.team import Author, Team
from analysis.formatting import listed, sentence_case
from analysis.pages import links
from analysis.pages.html import Html, element, join, link, paragraph, table, terms

NOT_STATED = element("em", "not stated")


def speaks_for(team: Team) -> Html:
    """For whom the text speaks, and what is not stated."""
    said = (
        f"This review is by {listed([author.name for author in team.authors])}."
        if team.authors
        else "No person has put a name to this review yet: its text speaks for its data and its "
        "software, not for a group of authors."
    )
    missing = team.not_stated()
    more = f" Not stated so far: {listed(missing)}." if missing else ""
    return paragraph(said, more)


def authors_table(team: Team) -> Html:
    """Each author with affiliation, roles and interests."""
    if not team.authors:
        return Html("")
    return table([_row(author) for author in team.authors], "Authors")


def _row(author: Author) -> dict[str, object]:
    orcid = link(author.orcid, f"https://orcid.org/{author.orcid}") if author.orcid else NOT_STATED
    return {
        "Name": author.name,
        "ORCID": orcid,
        "Affiliation": author.affiliation or NOT_STATED,
        "What they did": sentence_case(listed(author.roles)) or NOT_STATED,
        "Interests": author.interests or NOT_STATED,
    }


def statements(team: Team) -> Html:
    """Contact, funding and registration."""
    return terms(
        {
            "Contact": _contact(team.contact),
            "Funding": team.funding or NOT_STATED,
            "Registration": team.registration or NOT_STATED,
        }
    )


def _contact(contact: str) -> Html:
    if not contact:
        return NOT_STATED
    if contact.startswith("https://"):
        return link(contact, contact)
    return element("a", contact, href=f"mailto:{contact}")


def builds_on(evidence: Evidence) -> Html:
    """Which review this one continues, whose authors did not make it; that there is none."""
    if evidence.protocol.baseline_review is None:
        return paragraph("The review continues no other.")
    continued = evidence.sources[evidence.protocol.baseline_review]
    return paragraph(
        "The review continues ", links.source(continued), ", whose authors have no part in it."
    )


def whose(team: Team, *, up: str = "") -> Html:
    """The same in one line, for the front page and, a folder below it, with `up`."""
    more = link("who made this", f"{up}about/who-made-this.html")
    if team.authors:
        names = listed([author.name for author in team.authors])
        return join(("By ", names, ": ", more, "."))
    return join(
        (
            "No person has put a name to this review yet, and who pays is ",
            "stated" if team.funding else "not stated",
            ": ",
            more,
            ".",
        )
    )
