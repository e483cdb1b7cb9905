"""Each fault of roles, themes and effects is found at once, by a sentence that names the place."""

import copy
import tomllib
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from app.domain.schema import FeatureSchema
from app.domain.schema_checks import schema_faults
from tests.unit.domain.schemas import STORE, Content

SHIPPED = (STORE / "dysglycaemia" / "2" / "task.toml").read_text(encoding="utf-8")
Edit = Callable[[Content], Any]


def faults(edit: Edit) -> list[str]:
    """What is wrong with the shipped schema once it is edited."""
    content = tomllib.loads(SHIPPED)
    edit(content)
    return list(schema_faults(FeatureSchema.model_validate(content)))


def _feature(content: Content, name: str) -> Content:
    found: Content = next(one for one in content["feature"] if one["name"] == name)
    return found


def feature(name: str, /, **keys: Any) -> Edit:
    return lambda content: _feature(content, name).update(keys)


def part(name: str, table: str, **keys: Any) -> Edit:
    return lambda content: _feature(content, name)[table].update(keys)


def without(name: str, *keys: str) -> Edit:
    return lambda content: [_feature(content, name).pop(key) for key in keys]


def _effect(content: Content, driver: str, moved: str) -> Content:
    found: Content = next(
        one for one in content["effect"] if (one["driver"], one["feature"]) == (driver, moved)
    )
    return found


def effect(driver: str, moved: str, /, **keys: Any) -> Edit:
    return lambda content: _effect(content, driver, moved).update(keys)


def another(of: tuple[str, str], /, **keys: Any) -> Edit:
    """One more effect, like one that there is."""
    return lambda content: content["effect"].append(copy.deepcopy(_effect(content, *of)) | keys)


def without_effects(*moved: str) -> Edit:
    def edit(content: Content) -> None:
        content["effect"] = [one for one in content["effect"] if one["feature"] not in moved]

    return edit


def both(*edits: Edit) -> Edit:
    return lambda content: [edit(content) for edit in edits]


ACTION: Content = {"direction": "decrease", "verb": "doing less", "step": 1, "limit": [60, 200], "effort": 1}
TREATMENT: Content = {**ACTION, "limit": [150, 200], "max_change": 20}

ROLES: list[tuple[Edit, str]] = [
    (
        both(without("sleep", "action"), lambda content: content["model"].update(max_changes=1)),
        "sleep: its role is behaviour, but it has no action",
    ),
    (
        feature("pulse", action=ACTION | {"max_change": 10}),
        "pulse: its role is consequence, so it has no action of its own",
    ),
    (
        both(feature("sbp", role="treatment", action=ACTION | {"max_change": 10})),
        "sbp: its role is treatment, so it has no action of its own",
    ),
    (feature("pulse", role="treatment"), "pulse: its role is treatment, but there is no [feature.treatment]"),
    (without_effects("pulse"), "pulse: its role is consequence, but no effect moves it"),
    (
        feature("sleep", treatment=TREATMENT | {"limit": [2, 7]}),
        "sleep: treatment belongs to what follows or is treated: its role must be consequence or treatment",
    ),
    (
        feature("height", treatment=TREATMENT),
        "height: treatment belongs to what follows or is treated: its role must be consequence or treatment",
    ),
    (without("sleep", "theme"), "sleep: a behaviour needs a theme"),
    (feature("height", theme="weight"), "height: it has a theme, but no role"),
    (
        feature("pulse", always={"text": "t", "source": "s"}),
        "pulse: always is said of an action, and it has none",
    ),
]

ACTIONS: list[tuple[Edit, str]] = [
    (part("bmi", "action", when={"aeg": [18, 75]}), "bmi: action: a condition names aeg, which is not a"),
    (
        part("bmi", "action", when={"active_travel": [0, 1]}),
        "bmi: action: a condition on active_travel must be true or false",
    ),
    (
        part("bmi", "action", when={"ethnicity": ["martian"]}),
        "bmi: action: a condition on ethnicity names a category that it does not have",
    ),
    (
        part("bmi", "action", when={"sex": True}),
        "bmi: action: a condition on sex names a category that it does not have",
    ),
    (part("bmi", "action", when={"age": True}), "bmi: action: a condition on age must be a range"),
    (
        part("bmi", "action", when={"age": ["old", "young"]}),
        "bmi: action: a condition on age must be a range",
    ),
    (
        part("bmi", "action", when={"age": [75, 18]}),
        "bmi: action: a condition on age runs from 75 to 18, which is no range",
    ),
    (
        part("bmi", "action", limits=[{"when": {"aeg": [1, 2]}, "limit": [20, 100]}]),
        "bmi: action: a condition names aeg, which is not a feature",
    ),
    (
        part("bmi", "action", limits=[{"when": {"age": [18, 30]}, "limit": [100, 20]}]),
        "bmi: action: one of its limits runs from 100 to 20, which is no range",
    ),
    (
        part("bmi", "action", limits=[{"when": {"age": [18, 30]}, "limit": [5, 100]}]),
        "bmi: action: one of its limits goes beyond clinical",
    ),
    (
        part("cigarettes", "action", reaches_limit=False),
        "cigarettes: action: whole belongs to a number whose action reaches its limit",
    ),
    (
        part("active_travel", "action", whole=True),
        "active_travel: action: whole belongs to a number whose action reaches its limit",
    ),
    (
        part("bmi", "action", told_by="height"),
        "bmi: action: it is told by height, which does not follow it by a link",
    ),
    (
        part("bmi", "action", intensive={"max_change_share": 0.05}),
        "bmi: action: an intensive programme goes no less far than the usual one: max_change_share",
    ),
    (
        part("bmi", "action", intensive={"max_change": 3}),
        "bmi: action: an intensive programme goes no less far than the usual one: max_change",
    ),
    (
        part("sbp", "treatment", when={"spb": [130, 260]}),
        "sbp: treatment: a condition names spb, which is not a feature",
    ),
]

CONSEQUENCES: list[tuple[Edit, str]] = [
    (
        feature("vigorous_activity", consequence={"limit": [0, 1]}),
        "vigorous_activity: consequence belongs to a number",
    ),
    (
        feature("sleep", consequence={"limit": [2, 16]}),
        "sleep: consequence says how effects come together, but no effect moves it",
    ),
    (
        part("sbp", "consequence", limit=[260, 115]),
        "sbp: the limit of its consequence runs from 260 to 115, which is no range",
    ),
    (part("sbp", "consequence", limit=[50, 260]), "sbp: the limit of its consequence goes beyond clinical"),
    (part("sbp", "consequence", caps=[{"when": {"spb": [1, 2]}, "most": 4}]), "sbp: a condition names spb"),
    (part("sbp", "consequence", caps=[{}]), "sbp: a cap needs either most or most_share"),
    (
        part("sbp", "consequence", caps=[{"most": 4, "most_share": 0.1}]),
        "sbp: a cap needs either most or most_share",
    ),
]

EFFECTS: list[tuple[Edit, str]] = [
    (
        effect("weight", "sbp", when={"spb": [130, 260]}),
        "the effect of weight on sbp: a condition names spb, which is not a feature",
    ),
    (
        effect("weight", "sbp", when={"sbp": [260, 130]}),
        "the effect of weight on sbp: a condition on sbp runs from 260 to 130, which is no range",
    ),
    (
        another(("weight", "sbp"), driver="height"),
        "the effect of height on sbp: height is no driver: it has no action, and follows none",
    ),
    (
        another(("weight", "sbp"), driver="pulse"),
        "the effect of pulse on sbp: pulse is no driver: it has no action, and follows none",
    ),
    (
        both(another(("fibre", "sbp"), driver="sleep"), part("sleep", "action", direction="towards")),
        "the effect of sleep on sbp: the action on sleep goes towards a range: an effect needs one direction",
    ),
    (
        effect("moderate_activity", "pulse", per=2),
        "the effect of moderate_activity on pulse: per and above count parts of an action, and this one is",
    ),
    (
        effect("moderate_activity", "pulse", above=0),
        "the effect of moderate_activity on pulse: per and above count parts of an action, and this one is",
    ),
    (
        effect("cigarettes", "hdl_cholesterol", per=5),
        "the effect of cigarettes on hdl_cholesterol: per and above count parts of an action, and this one",
    ),
    (
        effect("alcohol", "dbp", above=600),
        "the effect of alcohol on dbp: above lies outside the clinical range of its driver",
    ),
    (
        effect("fibre", "dbp", feature="waist"),
        "the effect of fibre on waist: waist follows bmi: name that instead",
    ),
    (
        another(("fibre", "dbp"), feature="active_travel"),
        "the effect of fibre on active_travel: no effect moves a boolean",
    ),
    (another(("fibre", "dbp"), feature="sex"), "the effect of fibre on sex: no effect moves a category"),
    (
        another(("fibre", "dbp"), feature="sleep"),
        "the effect of fibre on sleep: sleep needs [feature.consequence]: its limit keeps what several",
    ),
    (
        without("sbp", "consequence"),
        "the effect of weight on sbp: sbp needs [feature.consequence]: its limit keeps what several",
    ),
    (
        without("bmi", "consequence"),
        "the effect of moderate_activity on weight: bmi needs [feature.consequence]: its limit keeps what",
    ),
    (
        both(
            another(("fibre", "dbp"), feature="energy"),
            feature("energy", consequence={"limit": [1500, 12000]}),
        ),
        "the effect of fibre on energy: energy has no role: what effects move is a consequence, or a",
    ),
    (
        effect("vigorous_activity", "pulse", excludes=["sleep"]),
        "the effect of vigorous_activity on pulse: it excludes sleep, which has no effect on the same",
    ),
]


@pytest.mark.parametrize(("edit", "said"), [*ROLES, *ACTIONS, *CONSEQUENCES, *EFFECTS], ids=count())
def test_a_fault_is_named(edit: Edit, said: str) -> None:
    found = faults(edit)
    assert any(fault.startswith(said) for fault in found), found


def test_without_an_edit_there_is_no_fault() -> None:
    assert faults(lambda content: None) == []


def test_a_wrong_condition_alone_is_the_only_fault() -> None:
    """One slip is one sentence: nothing else is found wrong for it."""
    assert faults(effect("weight", "sbp", when={"spb": [130, 260]})) == [
        "the effect of weight on sbp: a condition names spb, which is not a feature"
    ]


@pytest.mark.parametrize(
    ("edit", "circle"),
    [
        (effect("fibre", "dbp", feature="fibre"), "fibre"),
        (another(("weight", "dbp"), feature="moderate_activity"), "moderate_activity, bmi"),
        (another(("weight", "dbp"), driver="weight", feature="weight"), "bmi"),
    ],
)
def test_effects_that_go_round_in_a_circle_are_named(edit: Edit, circle: str) -> None:
    with pytest.raises(ValueError, match="effects go round in a circle") as caught:
        faults(edit)
    for name in circle.split(", "):
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            another(("weight", "hdl_cholesterol"), low=0.1),
            "two effects of weight on hdl_cholesterol may hold of one person",
        ),
        (
            effect("moderate_activity", "pulse", excludes=["vigorous_activity"]),
            "it excludes vigorous_activity, whose effect excludes it: with both, neither would count",
        ),
        (
            effect("weight", "hdl_cholesterol", above=60),
            "bmi is moved by effects itself, so its effects go by the unit: not whole, no above",
        ),
        (
            effect("weight", "total_cholesterol", when={"total_cholesterol": [700, 800]}),
            "a condition on total_cholesterol holds of nobody: it lies outside the clinical range",
        ),
        (
            effect("alcohol", "hdl_cholesterol", when={"sex": []}),
            "a condition on sex names no category, so that it holds of nobody",
        ),
        (
            feature("weight", clinical=[0, 400]),
            "weight keeps its ratio to bmi, so its clinical range must lie above 0",
        ),
        (part("bmi", "action", intensive={"max_change_share": 1, "max_change": 9000}), "bmi: action: an"),
    ],
)
def test_what_would_mean_something_else_is_refused(edit: Edit, said: str) -> None:
    assert any(said in fault for fault in faults(edit))
