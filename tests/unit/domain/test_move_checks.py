"""What is wrong with the action of a category is told by a sentence that names the feature and the move."""

import copy
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from app.domain.constraints import read_constraints
from app.domain.errors import InvalidInputError
from app.domain.handout import HandoutPhrases, handout_faults
from app.domain.schema import FeatureSchema
from app.domain.schema_checks import schema_faults
from tests.moving import TASK, moving_schema

Content = dict[str, Any]
MOVING: Content = tomllib.loads(TASK)


def faults(edit: Callable[[Content], Any]) -> list[str]:
    content = copy.deepcopy(MOVING)
    edit(content)
    return list(schema_faults(FeatureSchema.model_validate(content)))


def of(content: Content, name: str) -> Content:
    found: Content = next(one for one in content["feature"] if one["name"] == name)
    return found


def action(name: str, **keys: Any) -> Callable[[Content], Any]:
    return lambda content: of(content, name)["action"].update(keys)


def move(**keys: Any) -> Callable[[Content], Any]:
    return lambda content: of(content, "smoking")["action"]["moves"][0].update(keys)


def rule(yes_when: Any) -> Callable[[Content], Any]:
    return lambda content: content["link"][0].update(yes_when=yes_when)


def link(**keys: Any) -> Callable[[Content], Any]:
    return lambda content: content["link"].append({"feature": "alcohol", "driver": "smoking", **keys})


def driven_by_smoking(content: Content) -> None:
    content["effect"][0].update(driver="smoking")


def follows_smoking(content: Content) -> None:
    of(content, "alcohol").pop("action")
    of(content, "alcohol").update(role=None, theme=None)
    link(kind="linear", slope=1.0)(content)


def alike(content: Content) -> None:
    of(content, "smoking")["categories"].append({"value": "some_days", "label": "Now and then"})


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (action("smoking", moves=[]), "smoking: the action on a category needs moves"),
        (
            action("smoking", direction="decrease"),
            'smoking: the action on a category has the direction "moves"',
        ),
        (action("smoking", step=2), "smoking: a category has no steps: step belongs to a number"),
        (
            action("smoking", limit=[0, 1], verb_at_limit="stopping"),
            "smoking: a category has no steps: limit, verb_at_limit belong to a number",
        ),
        (move(to="often"), "smoking: the move from 'daily' to 'often' names 'often', which is none of its"),
        (move(**{"from": "x"}), "smoking: the move from 'x' to 'former' names 'x', which is none of its"),
        (move(to="daily"), "smoking: the move from 'daily' to 'daily' ends where it begins"),
        (move(to="some days"), "smoking: the move from 'daily' to 'some days' is there twice"),
        (alike, "smoking: the category 'some days' differs from another in spaces or underscores alone"),
        (action("walking", direction="moves"), 'walking: direction = "moves" belongs to a category'),
        (action("walking", moves=[{"from": "a", "to": "b"}]), "walking: moves belong to a category"),
        (rule([]), "indoors: yes_when must name some values of smoking, as that is a category"),
        (rule([1, 2]), "indoors: yes_when must name some values of smoking, as that is a category"),
        (rule(True), "indoors: yes_when must name some values of smoking, as that is a category"),
        (rule(["often"]), "indoors: yes_when names 'often', which is no value of smoking"),
        (
            rule(["never", "former", "some days", "daily"]),
            "indoors: yes_when names every value of smoking: it would never turn",
        ),
        (follows_smoking, "alcohol: a number cannot follow smoking, a category: a yes or no can, by a rule"),
        (driven_by_smoking, "the effect of smoking on pulse: smoking is a category, which changes by moves"),
    ],
    ids=range(18),
)
def test_a_fault_is_named(edit: Callable[[Content], Any], said: str) -> None:
    told = faults(edit)
    assert any(fault.startswith(said) for fault in told), told


def test_moves_may_go_round() -> None:
    """Each person makes one move at most, so that a way back is another person's way."""
    back = [{"from": "daily", "to": "former"}, {"from": "former", "to": "daily", "effort": 3}]
    assert faults(action("smoking", moves=back)) == []


def test_a_move_of_no_effort_is_refused_by_its_place() -> None:
    content = copy.deepcopy(MOVING)
    move(effort=0)(content)
    with pytest.raises(ValidationError) as caught:
        FeatureSchema.model_validate(content)
    assert caught.value.errors()[0]["loc"] == ("feature", 0, "action", "moves", 0, "effort")


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("daily", [("some days", 0.4, "smoking on fewer days"), ("former", 1.0, "stopping smoking")]),
        ("some days", [("former", 0.7, "stopping smoking")]),
        ("never", []),
    ],
)
def test_moves_go_by_effort(before: str, told: list[tuple[str, float, str]]) -> None:
    action = moving_schema()["smoking"].action
    assert action is not None
    moves = action.moves_from(before)
    assert [(m.after, action.effort_of(m), action.verb_for(before, m.after)) for m in moves] == told


def test_a_handout_has_no_goal_of_a_category_and_needs_none() -> None:
    schema = moving_schema()
    words = {"title": "Less smoking", "aim": "Smoke less", "from_week": [{"week": 2, "text": "Stop"}]}
    goal = {"feature": "smoking", "direction": "decrease", **words}
    phrases = HandoutPhrases.model_validate({"having": "have it", "goal": [goal]})
    told = list(handout_faults(phrases, schema))
    assert "'smoking' is a category: a handout has no words for its moves" in told
    assert not any("'food'" in fault or "'smoking' has no goal" in fault for fault in told)
    with pytest.raises(ValidationError, match="its direction is increase or decrease"):
        HandoutPhrases.model_validate({"having": "have it", "goal": [goal | {"direction": "moves"}]})


def test_a_constraint_keeps_a_category_but_gives_it_no_range() -> None:
    schema = moving_schema()
    with pytest.raises(InvalidInputError) as caught:
        read_constraints(schema, None, {"smoking": (0, 1)}, None)
    [fault] = caught.value.issues
    assert fault.pointer == "/constraints/permitted_range/smoking"
    assert "is a category, which has no range" in fault.detail
    kept = read_constraints(schema, None, None, None, ["smoking"])
    assert not kept.allows_varying("smoking")
