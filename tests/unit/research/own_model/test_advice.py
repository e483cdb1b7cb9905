"""What the owner of a table is told to look at and decide."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from research.own_model.draft.advice import advice
from research.own_model.draft.drafting import draft_schema
from tests.unit.research.own_model.tables import accepted, column, plain, table_of, with_example

ROWS = 400
OUTCOME = np.array(plain(ROWS)["chd"])
RANDOM = np.random.default_rng(3)


def advice_on(tmp_path: Path, name: str, cells: Sequence[object]) -> list[str]:
    """What is said of a plain table with one column more that is not said of it without."""
    base = table_of(tmp_path, plain(ROWS))
    usual = {
        said.partition(". ")[2] for said in advice(base, accepted(tmp_path, draft_schema(base, "m", "x")))
    }
    table = table_of(tmp_path, plain(ROWS) | {name: cells})
    said = advice(table, accepted(tmp_path, draft_schema(table, "m", "x")))
    return [words for one in said if (words := one.partition(". ")[2]) not in usual]


def test_it_is_numbered_and_says_what_to_decide(tmp_path: Path) -> None:
    table = table_of(tmp_path, plain(ROWS))
    said = advice(table, accepted(tmp_path, draft_schema(table, "m", "x")))

    assert [one.partition(". ")[0] for one in said] == [str(number) for number in range(1, len(said) + 1)]
    told = " ".join(said)
    assert "Set the threshold." in told
    assert 'State the unit of "age" and "sbp"' in told
    assert "Say which features a person can change" in told
    assert "give the outcome away" not in told


@pytest.mark.parametrize(
    "cells",
    [
        (OUTCOME * 10 + RANDOM.normal(0, 1, ROWS)).round(2).tolist(),
        (50 - OUTCOME * 10 + RANDOM.normal(0, 1, ROWS)).round(2).tolist(),
        [("stent", "bypass", "none")[row % 2 if there else 2] for row, there in enumerate(OUTCOME)],
        np.where(np.arange(ROWS) % 100 == 0, 1 - OUTCOME, OUTCOME).tolist(),
    ],
    ids=["number", "number, turned round", "category", "nearly the outcome"],
)
def test_a_column_that_gives_the_outcome_away(tmp_path: Path, cells: Sequence[object]) -> None:
    said = advice_on(tmp_path, "treated", cells)

    assert said[0].startswith('"treated" may give the outcome away. It alone tells')


def test_a_column_that_is_there_only_for_those_with_the_outcome(tmp_path: Path) -> None:
    days = [int(RANDOM.integers(1, 900)) if there else "" for there in OUTCOME]

    assert (
        '"days to event" may give the outcome away. Where it is missing alone'
        in advice_on(tmp_path, "days to event", days)[0]
    )


def test_a_category_of_chance_is_no_leak(tmp_path: Path) -> None:
    """A category of few people each fits anything, if people are judged by their own outcome."""
    wards = [f"ward {number}" for number in RANDOM.integers(0, 20, ROWS)]

    assert not any("give the outcome away" in said for said in advice_on(tmp_path, "ward", wards))


def test_columns_that_say_nearly_the_same(tmp_path: Path) -> None:
    pounds = (np.array(plain(ROWS)["sbp"]) * 2.2046 + RANDOM.normal(0, 0.1, ROWS)).round(1).tolist()
    said = advice_on(tmp_path, "pressure again", pounds)

    assert any('"sbp" and "pressure again" say nearly the same' in words for words in said)


def test_a_number_that_looks_like_an_id(tmp_path: Path) -> None:
    said = advice_on(tmp_path, "code", RANDOM.permutation(90000)[:ROWS].tolist())

    assert any('"code" is a whole number that differs in every row' in words for words in said)


@pytest.mark.parametrize(
    ("name", "cells", "told"),
    [
        ("ldl", [999 if row % 10 == 0 else 80 + row % 70 for row in range(ROWS)], '"ldl" is 999 in 40 rows'),
        ("pain", [9 if row % 10 == 0 else 1 + row % 5 for row in range(ROWS)], '"pain" is 9 in 40 rows'),
        ("crp", [-9 if row % 10 == 0 else row % 70 for row in range(ROWS)], '"crp" is -9 in 40 rows'),
        (
            "glucose",
            [0 if row % 10 == 0 else 70 + row % 70 for row in range(ROWS)],
            '"glucose" is 0 in 40 rows',
        ),
    ],
)
def test_numbers_that_stand_for_missing(
    tmp_path: Path, name: str, cells: Sequence[object], told: str
) -> None:
    assert any(told in words for words in advice_on(tmp_path, name, cells))


def test_counts_from_0_are_taken_as_they_are(tmp_path: Path) -> None:
    counts = RANDOM.poisson(2, ROWS).tolist()

    assert not any("rows, far off" in words for words in advice_on(tmp_path, "visits", counts))


def test_missing_by_outcome(tmp_path: Path) -> None:
    lost = RANDOM.random(ROWS) < np.where(OUTCOME == 1, 0.6, 0.1)
    said = advice_on(tmp_path, "crp", [None if gone else row % 90 / 7 for row, gone in enumerate(lost)])

    assert any('"crp" is missing in' in words and "those without" in words for words in said)


def test_missing_at_random_is_not_said_to_depend_on_the_outcome(tmp_path: Path) -> None:
    lost = RANDOM.random(ROWS) < 0.4
    said = advice_on(tmp_path, "crp", [None if gone else row % 90 / 7 for row, gone in enumerate(lost)])

    assert not any("those without" in words for words in said)


@pytest.mark.parametrize("name", ["sex", "Gender", "race", "ethnicity", "Household income", "zip"])
def test_sensitive_features_are_named(tmp_path: Path, name: str) -> None:
    said = advice_on(tmp_path, name, column("a", "b", "c", rows=ROWS))

    assert any(f'"{name}" may stand for a group that is treated unequally' in words for words in said)


@pytest.mark.parametrize(
    ("name", "theme"),
    [
        ("BMI", "weight"),
        ("Cigarettes per day", "smoking"),
        ("alcohol_units", "alcohol"),
        ("physical activity", "activity"),
        ("hours of sleep", "sleep"),
        ("salt intake", "food"),
        ("soft_drinks", "food"),
    ],
)
def test_what_a_person_may_act_on_is_asked_by_its_name(tmp_path: Path, name: str, theme: str) -> None:
    said = advice_on(tmp_path, name, RANDOM.normal(50, 9, ROWS).round(1).tolist())

    assert any(words.startswith(f'"{name}": does a person act on it?') and theme in words for words in said)


@pytest.mark.parametrize(("name", "theme"), [("breakfast", "food"), ("alcohol use", "alcohol")])
def test_a_category_that_a_person_may_act_on_is_asked_for_its_moves(
    tmp_path: Path, name: str, theme: str
) -> None:
    said = advice_on(tmp_path, name, column("never", "some_days", "daily", rows=ROWS))

    [asked] = [words for words in said if "go from one value to another" in words]
    assert f'"{name}"' in asked
    assert f'the theme "{theme}"' in asked


def test_few_people_for_many_columns(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    labs = {f"lab {number}": random.normal(size=ROWS).round(2).tolist() for number in range(30)}
    table = table_of(tmp_path, plain(ROWS) | labs)
    said = " ".join(advice(table, accepted(tmp_path, draft_schema(table, "m", "x"))))

    assert "for 35 columns of the classifier: fewer than 10 each" in said


def test_rare_categories_are_named(tmp_path: Path) -> None:
    cells = ["lupus", "lupus", *column("none", "asthma", rows=ROWS - 2)]

    assert any(
        '1 category of fewer than 5 people ("lupus")' in words for words in advice_on(tmp_path, "ill", cells)
    )


def test_a_category_that_is_written_as_a_code_is_told_by_its_words(tmp_path: Path) -> None:
    cells = ["some_days", "some_days", *column("never", "daily", rows=ROWS - 2)]

    assert any(
        'fewer than 5 people ("some days")' in words for words in advice_on(tmp_path, "smoking", cells)
    )


def test_what_is_decided_is_not_asked_again(tmp_path: Path) -> None:
    table = table_of(tmp_path, plain(ROWS))
    text = draft_schema(table, "m", "x").replace('# unit = "to fill in"', 'unit = "1"')
    decided = with_example(text).replace('risk = "free"', 'risk = "rising"')
    told = " ".join(advice(table, accepted(tmp_path, decided)))

    assert "State the unit" not in told
    assert "Say which features a person can change" not in told
    assert "rise or only fall" not in told
    assert "does a person act on it?" not in told


def test_a_threshold_that_the_owner_set_is_not_asked_for_again(tmp_path: Path) -> None:
    table = table_of(tmp_path, plain(ROWS))
    text = draft_schema(table, "m", "x")
    drafted = accepted(tmp_path, text)
    facts = drafted.model.model_copy(update={"threshold": 0.123})
    assert "Set the threshold" in " ".join(advice(table, drafted))
    assert "Set the threshold" not in " ".join(advice(table, drafted.model_copy(update={"model": facts})))


def test_pairs_that_say_the_same_are_one_thing_to_look_at(tmp_path: Path) -> None:
    columns = plain(ROWS)
    again = {f"pressure again {number}": columns["sbp"] for number in (1, 2)}
    table = table_of(tmp_path, columns | again)
    said = advice(table, accepted(tmp_path, draft_schema(table, "m", "x")))
    (told,) = [words for words in said if "say nearly the same" in words]
    assert told.count("say nearly the same") == 3


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ([f"E{row % 73:02d}" for row in range(ROWS)], "it has 73 categories; group them into at most 20"),
        (
            [row * 1e-9 + 1e-12 for row in range(ROWS)],
            "its numbers are too small to be kept to five decimals",
        ),
    ],
    ids=["categories", "tiny numbers"],
)
def test_a_column_that_the_draft_leaves_out_is_told_with_its_reason(
    tmp_path: Path, cells: Sequence[object], why: str
) -> None:
    [told] = [
        said for said in advice_on(tmp_path, "diagnosis", cells) if "is no feature of the model" in said
    ]
    assert told.startswith(f'The table\'s "diagnosis" is no feature of the model: {why}')


def test_a_column_that_its_owner_takes_out_has_no_other_reason(tmp_path: Path) -> None:
    table = table_of(tmp_path, plain(ROWS))
    schema = accepted(tmp_path, draft_schema(table, "m", "x"))
    fewer = schema.model_copy(update={"features": schema.features[1:]})
    told = " ".join(advice(table, fewer))
    assert f'The table\'s "{schema.features[0].label}" is no feature of the model.' in told


def test_words_that_read_like_a_column_s_name_are_told_before_anybody_reads_them(tmp_path: Path) -> None:
    table = table_of(tmp_path, plain(ROWS))
    told = " ".join(advice(table, accepted(tmp_path, draft_schema(table, "m", "TenYearCHD"))))
    assert "In task.toml, model.outcome is \"TenYearCHD\", which reads like a column's or file's name" in told
    in_words = " ".join(advice(table, accepted(tmp_path, draft_schema(table, "m", "heart disease"))))
    assert "reads like" not in in_words
