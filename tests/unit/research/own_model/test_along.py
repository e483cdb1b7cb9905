"""Features that say the same: the owner is given the link by which one follows the other."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from app.domain.links import LinearLink, RuleLink
from app.domain.schema import BoolArray, FeatureSchema
from research.own_model.draft.advice import advice
from research.own_model.draft.drafting import draft_schema
from tests.unit.research.own_model.tables import accepted, plain, table_of, with_example

ROWS = 400
RANDOM = np.random.default_rng(5)
CIGARETTES = np.where(RANDOM.random(ROWS) < 0.3, RANDOM.integers(1, 40, ROWS), 0)
BMI = RANDOM.normal(28, 5, ROWS).round(1)


def advised(tmp_path: Path, columns: Mapping[str, Sequence[object]]) -> tuple[str, list[str]]:
    """The draft, and what is advised on it."""
    table = table_of(tmp_path, {**columns, **plain(ROWS)})
    text = draft_schema(table, "m", "x")
    return text, advice(table, accepted(tmp_path, text))


def linked(tmp_path: Path, text: str, said: Sequence[str]) -> FeatureSchema:
    """The draft with its example of an action and the links that are advised."""
    links = [words[words.index("[[link]]") :] for words in said if "[[link]]\n" in words]
    return accepted(tmp_path, "\n\n".join([with_example(text), *links]) + "\n")


def nearly(flags: BoolArray) -> BoolArray:
    """The same but for one person in two hundred."""
    return flags ^ (np.arange(len(flags)) % 200 == 7)


@pytest.mark.parametrize("told", [CIGARETTES > 0, nearly(CIGARETTES > 0)], ids=["exactly", "nearly"])
def test_a_yes_that_a_number_tells_is_given_a_rule(tmp_path: Path, told: BoolArray) -> None:
    columns = {"current smoker": told.astype(int).tolist(), "cigs_day": CIGARETTES.tolist()}
    text, said = advised(tmp_path, columns)

    [words] = [words for words in said if '"current smoker" is yes exactly where' in words]
    assert '"cigs_day" is 1 or more' in words
    assert not any('"current smoker": does a person act on it?' in other for other in said)
    assert any('"cigs_day": does a person act on it?' in other for other in said)
    [link] = linked(tmp_path, text, [words]).links
    assert isinstance(link, RuleLink)
    assert (link.feature, link.driver, link.ends[0]) == ("current_smoker", "cigs_day", 1)


def test_a_yes_below_a_cut_reaches_the_lower_end(tmp_path: Path) -> None:
    text, said = advised(tmp_path, {"drinks": CIGARETTES.tolist(), "abstains": (CIGARETTES <= 0).tolist()})

    schema = linked(tmp_path, text, said)
    [link] = schema.links
    assert isinstance(link, RuleLink)
    assert link.follow(np.array([10.0, 0.0]), 0.0, schema["drinks"]).tolist() == [0.0, 1.0]


def test_a_category_that_a_number_tells_is_named_without_a_link(tmp_path: Path) -> None:
    weight = np.select([BMI < 25, BMI < 30], ["normal", "overweight"], "obese").tolist()
    _, said = advised(tmp_path, {"bmi": BMI.tolist(), "figure": weight})

    [words] = [words for words in said if words.partition(". ")[2].startswith('"figure" is ')]
    assert 'exactly where "bmi" is' in words
    assert "no link can let it follow" in words


def test_numbers_on_a_line_are_given_a_slope(tmp_path: Path) -> None:
    weight = (2.9 * BMI + RANDOM.normal(0, 4, ROWS)).round(1)
    text, said = advised(tmp_path, {"bmi": BMI.tolist(), "weight": weight.tolist()})

    assert any('"weight" goes along with "bmi" (correlation 0.9' in words for words in said)
    assert not any('"weight": does a person act on it?' in words for words in said)
    [link] = linked(tmp_path, text, said).links
    assert isinstance(link, LinearLink)
    assert (link.feature, link.driver) == ("weight", "bmi")
    assert float(str(link.slope)) == pytest.approx(2.9, abs=0.2)


def test_what_follows_by_a_link_is_not_said_again(tmp_path: Path) -> None:
    columns = {"cigs_day": CIGARETTES.tolist(), "smoker": (CIGARETTES > 0).tolist()}
    text, said = advised(tmp_path, columns)
    schema = linked(tmp_path, text, said)

    assert not any(
        "exactly where" in words for words in advice(table_of(tmp_path, {**columns, **plain(ROWS)}), schema)
    )


def test_what_chance_or_age_tells_is_left_alone(tmp_path: Path) -> None:
    columns = plain(ROWS)
    old = (np.array(columns["age"]) >= 60).tolist()
    rare = (np.arange(ROWS) < 3).tolist()
    _, said = advised(tmp_path, {"old": old, "rare": rare, "bmi": BMI.tolist()})

    assert not any("[[link]]\n" in words for words in said)
