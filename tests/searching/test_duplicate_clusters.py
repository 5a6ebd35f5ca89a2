from __future__ import annotations

from analysis.searching.duplicate_clusters import Apart, clusters

CHAIN = [("a", "b"), ("b", "c")]


def groups(ids: str, ruled=(), found=(), **apart) -> set[str]:
    return {"".join(sorted(group)) for group in clusters(ids, ruled, found, Apart(**apart))}


def test_a_chain_is_followed() -> None:
    assert groups("abcd", found=CHAIN) == {"abc", "d"}


def test_what_a_person_calls_different_is_not_joined_through_a_third() -> None:
    assert groups("abc", found=CHAIN, ruled_apart=[("a", "c")]) == {"ab", "c"}
    assert groups("abc", ruled=CHAIN, ruled_apart=[("a", "c")]) == {"ab", "c"}


def test_rules_do_not_join_what_they_hold_apart_and_people_may() -> None:
    assert groups("abc", found=CHAIN, judged_apart=[("a", "c")]) == {"ab", "c"}
    assert groups("abc", ruled=CHAIN, judged_apart=[("a", "c")]) == {"abc"}


def test_rules_do_not_bring_two_pubmed_numbers_together_and_people_may() -> None:
    numbers = {"a": "1", "c": "2"}
    assert groups("abc", found=CHAIN, pubmed=numbers) == {"ab", "c"}
    assert groups("abc", ruled=CHAIN, pubmed=numbers) == {"abc"}
    # What people joined has both numbers, and takes a record with either.
    assert groups("abcd", ruled=CHAIN, found=[("c", "d")], pubmed=numbers | {"d": "1"}) == {"abcd"}
