"""Columns that differ are told, all kinds of difference, and never those that do not."""

from hypothesis import given
from hypothesis import strategies as st

from app.classifiers.column_diff import difference

columns = st.lists(st.sampled_from([f"c{number}" for number in range(8)]), max_size=8)


@given(columns, columns.map(lambda names: list(dict.fromkeys(names))))
def test_nothing_is_told_exactly_where_columns_are_the_same(found: list[str], declared: list[str]) -> None:
    assert (difference(found, declared) is None) == (found == declared)


@given(columns.map(lambda names: list(dict.fromkeys(names))), columns)
def test_what_is_named_differs(declared: list[str], found: list[str]) -> None:
    told = difference(found, declared) or ""
    for name in {*declared, *found}:
        if told.startswith("other columns") and f"'{name}'" in told:
            assert (name in declared) != (name in found)


@given(st.permutations([f"c{number}" for number in range(5)]))
def test_another_order_is_told_by_its_first_place(found: list[str]) -> None:
    declared = sorted(found)
    if told := difference(found, declared):
        place = int(told.split("position ")[1].split(" ")[0])
        assert found[: place - 1] == declared[: place - 1]
        assert told.endswith(f"'{found[place - 1]}', not '{declared[place - 1]}'")


def test_of_many_columns_the_first_are_named_and_the_others_counted() -> None:
    told = difference([f"x{number}" for number in range(9)], ["age"])
    assert told == (
        "other columns than task.toml: it lacks 'age' and task.toml lacks 'x0', 'x1', 'x2' and 6 more"
    )
