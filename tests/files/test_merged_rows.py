"""Two versions of a table, cell by cell: both hold, or a person chooses."""

from __future__ import annotations

from analysis.files.merged_rows import NO_ROW, WHOLE_ROW, Apart, MergedTable, merged_tables

BASE = 'id,mean,sd,note\na,1.0,2.0,"one, two"\nb,3.0,4.0,\nc,5.0,6.0,\n'


def merged(mine: str, theirs: str, base: str = BASE) -> MergedTable:
    found = merged_tables(base, mine, theirs, ["id"])
    assert found is not None
    return found


def test_other_cells_of_one_row_both_hold() -> None:
    mine, theirs = BASE.replace("3.0", "3.5"), BASE.replace("4.0", "4.5")
    found = merged(mine, theirs)
    assert found.apart == []
    assert found.text({}) == BASE.replace("b,3.0,4.0,", "b,3.5,4.5,")


def test_one_cell_with_two_values_is_for_a_person() -> None:
    found = merged(BASE.replace("3.0", "3.5"), BASE.replace("3.0", "3.7").replace("6.0", "6.1"))
    assert found.apart == [Apart(("b",), "mean", "3.0", "3.5", "3.7")]
    assert found.text({}) == BASE.replace("3.0", "3.5").replace("6.0", "6.1")
    assert "b,3.7,4.0,\n" in found.text({(("b",), "mean"): True})


def test_rows_that_came_or_went_stand_where_they_stood() -> None:
    found = merged(BASE.replace("c,", "x,9,9,\nc,"), BASE.replace("b,3.0", "y,8,8,\nb,3.0"))
    assert found.apart == []
    assert [row[0] for row in found.text({}).splitlines()[1:]] == ["a", "y", "b", "x", "c"]
    assert merged(BASE.replace("b,3.0,4.0,\n", ""), BASE).text({}).count("b,3.0") == 0


def test_a_row_that_one_took_out_and_one_changed_is_for_a_person() -> None:
    found = merged(BASE.replace("b,3.0,4.0,\n", ""), BASE.replace("3.0", "3.7"))
    assert found.apart == [Apart(("b",), WHOLE_ROW, "b,3.0,4.0,", NO_ROW, "b,3.7,4.0,")]
    assert "b," not in found.text({})
    assert "b,3.7,4.0,\n" in found.text({(("b",), WHOLE_ROW): True})


def test_a_row_that_both_brought_differs_in_the_cells_that_differ() -> None:
    found = merged(f"{BASE}d,7,7,\n", f"{BASE}d,7,8,\n")
    assert found.apart == [Apart(("d",), "sd", "", "7", "8")]


def test_what_cannot_be_told_apart_is_not_guessed() -> None:
    assert merged_tables(BASE, BASE + "a,9,9,\n", BASE, ["id"]) is None
    assert merged_tables(BASE, BASE, BASE.replace("note", "notes"), ["id"]) is None
    assert merged_tables(BASE, BASE + 'd,"9,9\n', BASE, ["id"]) is None
    assert merged_tables(BASE, BASE, BASE, []) is None
