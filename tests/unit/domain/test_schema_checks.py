"""Each fault of a schema is found at once, by a sentence that names the feature and what is wrong with it."""

import copy
import tomllib
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.classifiers.folder import ModelFolderError
from app.classifiers.task import read_schema
from app.domain.links import LinearLink
from app.domain.reserved_names import RESERVED
from app.domain.schema import FeatureSchema
from app.domain.schema_checks import schema_faults
from app.parsing.pattern_words import pattern_words
from app.usecases.augmentation.formats import PROVENANCE
from tests.unit.domain.schemas import SHIPPED, STORE, Content

DYSGLYCAEMIA = next(content for content in SHIPPED if content["model"]["name"] == "dysglycaemia")

_ANY_ACTION: Content = {"direction": "decrease", "verb": "eating less", "effort": 1}


def first_fault(edit: Callable[[Content], Any]) -> str:
    """What is first found wrong with the shipped schema once it is edited."""
    content = copy.deepcopy(DYSGLYCAEMIA)
    edit(content)
    return next(schema_faults(FeatureSchema.model_validate(content)))


def feature(of: str, /, **keys: Any) -> Callable[[Content], Any]:
    return lambda content: _feature(content, of).update(keys)


def action(name: str, **keys: Any) -> Callable[[Content], Any]:
    return lambda content: _feature(content, name)["action"].update(keys)


def category(name: str, **keys: Any) -> Callable[[Content], Any]:
    return lambda content: _feature(content, name)["categories"][1].update(keys)


def slope(**keys: Any) -> Callable[[Content], Any]:
    return lambda content: content["link"][1].update(slope=keys)


def identity(**powers: Any) -> Callable[[Content], Any]:
    return lambda content: content["link"][0]["identity"].update(powers=powers)


def relation(**terms: Any) -> Callable[[Content], Any]:
    return lambda content: content["relation"][0].update(terms=terms)


def link(**keys: Any) -> Callable[[Content], Any]:
    return lambda content: content["link"].append(keys)


def rule(driver: str, yes_when: Any, follower: str = "smoker") -> Callable[[Content], Any]:
    """A yes or no `smoker` beside the rest, and a feature that follows a driver by a rule."""

    def edit(content: Content) -> None:
        content["feature"].append({"name": "smoker", "label": "Smoker", "kind": "boolean"})
        content["link"].append({"kind": "rule", "feature": follower, "driver": driver, "yes_when": yes_when})

    return edit


def _feature(content: Content, name: str) -> Content:
    found: Content = next(one for one in content["feature"] if one["name"] == name)
    return found


@pytest.mark.parametrize(
    "path", sorted(STORE.glob("**/task.toml")), ids=lambda path: str(path.parent.relative_to(STORE))
)
def test_a_shipped_schema_has_no_fault(path: Path) -> None:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    assert list(schema_faults(FeatureSchema.model_validate(content))) == []


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            rule("cigarettes", [5, 10]),
            "smoker: yes_when must reach one end of the clinical range of cigarettes, and not the other",
        ),
        (
            rule("cigarettes", [-5, 1000]),
            "smoker: yes_when must reach one end of the clinical range of cigarettes, and not the other",
        ),
        (rule("cigarettes", [20, 1]), "smoker: yes_when runs from 20 to 1, which is no range"),
        (rule("cigarettes", True), "smoker: yes_when is a range of a number, true or false of a yes or"),
        (rule("active_travel", [1, 1]), "smoker: yes_when is a range of a number, true or false of a"),
        (rule("bmi", [30, 1000]), "smoker: it follows bmi by a rule, but effects move that"),
        (rule("cigarettes", [1, 1000], "pulse"), "pulse: its kind is integer, and a rule says yes or no"),
        (slope(by="sex", female=2.05), "waist: its slope has no number for 'male' of sex"),
        (
            slope(by="sex", female=1, male=2, x=3),
            "waist: its slope has a number for 'x', which is no value of sex",
        ),
        (slope(by="sex", female=1, male="2"), "waist: its slope for 'male' of sex is no number"),
        (slope(by="age", true=1), "waist: its slope goes by age, which is no category"),
        (slope(by="age", female=1), "waist: its slope goes by age, which is no category"),
        (slope(female=1, male=1), "waist: its slope needs `by`, the name of a category"),
        (slope(by="gender"), "waist: its slope needs `by`, the name of a category"),
        (
            link(kind="proportional", feature="waist", driver="sugar"),
            "waist: it has two links, but can follow one driver only",
        ),
        (
            link(kind="proportional", feature="age", driver="sugar"),
            "age: it keeps its ratio to sugar, whose clinical range must then lie above 0",
        ),
        (
            link(kind="proportional", feature="sex", driver="bmi"),
            "sex: a category cannot follow: a linked feature is a number",
        ),
        (
            lambda content: content["link"][0].pop("identity"),
            "weight: it is derived, but no link has an identity for it",
        ),
        (identity(bmi=1, weight=1), "weight: its identity names itself"),
        (identity(bmi=1, length=2), "weight: its identity names length, which is no feature"),
        (
            identity(bmi=1, sex=2),
            "weight: its identity names sex, which must be a number whose clinical range lies above 0",
        ),
        (
            identity(bmi=1, waist=2),
            "weight: its identity names waist, which moves: it would not hold once waist does",
        ),
        (
            identity(bmi=2, height=2),
            "weight: its identity must have bmi to the power of 1, as it keeps its ratio to it",
        ),
        (
            identity(bmi=1, height=1e6),
            "weight: its identity gives numbers too large or too small to be kept",
        ),
        (
            relation(sex=1, sbp=1),
            "the relation 'diastolic pressure is below systolic pressure' names sex, a category, ",
        ),
        (relation(sbp=0), "the relation 'diastolic pressure is below systolic pressure' counts sbp 0 times"),
        (feature("sbp", clinical=[260, 60]), "sbp: clinical runs from 260 to 60, which is no range"),
        (feature("height", clinical=[100, -1]), "height: clinical runs from 100 to -1, which is no range"),
        (feature("sbp", observed=[238, 74]), "sbp: observed runs from 238 to 74, which is no range"),
        (feature("sbp", clinical=[80, 260]), "sbp: observed goes beyond clinical"),
        (
            feature("sbp", clinical=[60.5, 260]),
            "sbp: clinical must have whole numbers, as its kind is integer",
        ),
        (feature("sbp", precision=0.1), "sbp: precision must be a whole number, as its kind is integer"),
        (feature("bmi", precision=1e-6), "bmi: precision is below 0.000010"),
        (feature("bmi", precision=1e-5, clinical=[10, 1000]), "bmi: clinical is too wide for its precision"),
        (action("sedentary", limit=[1440, 120]), "sedentary: limit runs from 1440 to 120, which is no range"),
        (
            action("sedentary", limit=[-1, 120]),
            "sedentary: limit goes beyond clinical: -1 to 120 is not",
        ),
        (action("sedentary", step=0.3), "sedentary: step 0.3 is no multiple of its precision 1"),
        (action("bmi", step=0.25), "bmi: step 0.25 is no multiple of its precision 0.1"),
        (
            action("alcohol", limit=[0.5, 500]),
            "alcohol: limit is reached, but is no multiple of its precision 1",
        ),
        (action("sedentary", max_change=29), "sedentary: max_change is smaller than a step"),
        (
            action("bmi", max_change_share=0.001),
            "bmi: max_change_share is smaller than a step for everybody",
        ),
        (
            lambda content: _feature(content, "sedentary")["action"].pop("limit"),
            "sedentary: action needs a limit",
        ),
        (
            lambda content: _feature(content, "energy").update(
                action={**_ANY_ACTION, "step": 1, "limit": [0, 12000]}
            ),
            "energy: a suggestion could take more than 1000 steps: step or max_change must be another",
        ),
        (
            action("active_travel", step=2),
            "active_travel: a yes or no has one step: step, limit and reaches_limit",
        ),
        (
            action("active_travel", limit=[0, 2]),
            "active_travel: a yes or no has one step: step, limit and reaches_limit",
        ),
        (action("active_travel", max_change=0.5), "active_travel: a yes or no has one step: max_change and"),
        (action("active_travel", direction="towards"), "active_travel: a yes or no can decrease or increase"),
        (feature("active_travel", clinical=[0, 1]), "active_travel: clinical belongs to a number"),
        (feature("active_travel", missing="derived"), "active_travel: only a number can be derived"),
        (feature("sex", noise=0.1), "sex: noise belongs to a number"),
        (feature("sex", risk="rising"), "sex: a category has no order, so risk must be free"),
        (category("sex", value="female"), "sex: two categories have the value 'female'"),
        (category("sex", label="female"), "sex: two categories have the label 'female'"),
        (
            category("ethnicity", value="<5"),
            "ethnicity: the category '<5' holds <, which XGBoost takes in no column's",
        ),
        (
            category("ethnicity", value="a[b"),
            "ethnicity: the category 'a[b' holds [, which XGBoost takes in no column's",
        ),
        (feature("height", label="Weight"), "height: it has the label of weight"),
        (
            feature("sbp", codes=[{"loinc": "8462-4", "ucum": "mm[Hg]"}]),
            "sbp: one of its codes, in the same unit, is ",
        ),
        (
            lambda content: content["model"].update(max_changes=30),
            "model.max_changes is 30, but only 16 features have",
        ),
        (
            lambda content: content["model"].update(threshold=1e-9),
            "model.threshold is nearer than 0.000001 to 0 or 1",
        ),
    ],
    ids=count(),
)
def test_a_fault_is_named(edit: Callable[[Content], Any], said: str) -> None:
    assert first_fault(edit).startswith(said)


@pytest.mark.parametrize(
    ("driver", "yes_when"), [("cigarettes", [1, 1000]), ("cigarettes", [0, 0]), ("active_travel", False)]
)
def test_what_follows_by_a_rule_is_no_fault(driver: str, yes_when: Any) -> None:
    content = copy.deepcopy(DYSGLYCAEMIA)
    rule(driver, yes_when)(content)
    assert list(schema_faults(FeatureSchema.model_validate(content))) == []


def test_a_constant_slope_is_no_fault() -> None:
    content = copy.deepcopy(DYSGLYCAEMIA)
    content["link"][1]["slope"] = 2.3
    schema = FeatureSchema.model_validate(content)
    assert list(schema_faults(schema)) == []
    link = schema.link_of["waist"]
    assert isinstance(link, LinearLink)
    assert link.slope_for({}) == 2.3


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    shipped = (STORE / "dysglycaemia" / "task.toml").read_text(encoding="utf-8")
    path = tmp_path / "task.toml"
    path.write_text(
        shipped.replace("noise = 0.2", "noize = 0.2").replace("max_changes = 3", "max_changes = 0")
    )
    with pytest.raises(ModelFolderError) as caught:
        read_schema(tmp_path)
    assert len(caught.value.faults) >= 2
    assert all(fault.startswith(f"{path} is not a feature schema: ") for fault in caught.value.faults)
    assert any("model.max_changes: " in fault for fault in caught.value.faults)
    assert any("feature.'bmi'.noize: is no key of a schema" in fault for fault in caught.value.faults)


def test_all_contradictions_are_told_at_once(tmp_path: Path) -> None:
    shipped = (STORE / "dysglycaemia" / "task.toml").read_text(encoding="utf-8")
    spoilt = shipped.replace("female = 2.05, male", "male").replace("threshold = 0.5", "threshold = 1e-9")
    (tmp_path / "task.toml").write_text(spoilt)
    with pytest.raises(ModelFolderError) as caught:
        read_schema(tmp_path)
    told = " ".join(caught.value.faults)
    assert len(caught.value.faults) == 2
    assert "model.threshold is nearer" in told
    assert "waist: its slope has no number for 'female' of sex" in told


def test_no_feature_can_have_the_name_of_a_column_beside_it() -> None:
    assert set(PROVENANCE) <= RESERVED
    with pytest.raises(ValidationError, match="this name is taken: tables of people have a column of it"):
        first_fault(feature("meals_out", name="outcome"))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("step = 0.5", "step = true", "feature.'bmi'.action.step: must be a number"),
        ("step = 0.5", 'step = "0.5"', "feature.'bmi'.action.step: must be a number"),
        ("step = 0.5", "step = inf", "feature.'bmi'.action.step: must be a finite number"),
        ("noise = 0.2", "noize = 0.2", "feature.'bmi'.noize: is no key of a schema"),
        (
            "factor = 0.45359237",
            "factor = 0",
            "feature.'weight'.codes.entry 2.factor: must be more than 0",
        ),
        ("max_changes = 3", "max_changes = true", "model.max_changes: must be a whole number"),
        (
            "terms = { dbp = 1, sbp = -1 }",
            "terms = {}",
            "relation.'diastolic pressure is below systolic pressure'.terms: ",
        ),
        ("female = 2.05, male", "male", "waist: its slope has no number for 'female' of sex"),
        (
            'value = "male"',
            'value = ""',
            "feature.'sex'.categories.entry 2.value: must be words on one line, not empty",
        ),
        ('name = "energy"', 'name = "risk"', "feature.'risk'.name: this name is taken: tables of people"),
        ('name = "energy"', 'name = "age"', "two features have the name age"),
        (
            'driver = "bmi"',
            'driver = "steps"',
            "the link of weight to steps names steps, which",
        ),
        (
            "terms = { dbp = 1, sbp = -1 }",
            "terms = { dbp = 1, systolic = -1 }",
            "the relation 'diastolic pressure is below systolic pressure' names systolic, which is",
        ),
        ('name = "energy"', 'name = "a=b"', "feature.'a=b'.name: must be 1 to 40 lower-case letters"),
        ("max_changes = 3", "max_changes = " + 2000 * "[", "it is nested too deeply"),
    ],
)
def test_the_file_and_the_place_are_named(tmp_path: Path, before: str, after: str, said: str) -> None:
    path = tmp_path / "task.toml"
    shipped = Path(__file__).parents[3] / "model_store" / "dysglycaemia" / "task.toml"
    path.write_text(shipped.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ModelFolderError) as caught:
        read_schema(tmp_path)
    (sentence,) = str(caught.value).splitlines()
    assert sentence.startswith(f"{path} is not ")
    assert said in sentence


def test_a_category_without_categories_is_told_what_it_needs() -> None:
    with pytest.raises(ValidationError, match="sex: a category needs categories, one or more"):
        first_fault(feature("sex", categories=[]))


def test_every_pattern_of_a_schema_has_words() -> None:
    """An owner is shown no regular expression."""
    patterns = set(_patterns_in(FeatureSchema.model_json_schema()))
    assert patterns
    for pattern in patterns:
        assert pattern_words(pattern), pattern


def _patterns_in(part: Any) -> Iterator[str]:
    if isinstance(part, dict) and isinstance(part.get("pattern"), str):
        yield part["pattern"]
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _patterns_in(inner)


def test_a_folder_in_place_of_the_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "task.toml").mkdir()
    with pytest.raises(ModelFolderError, match=r"task\.toml cannot be read: Is a directory"):
        read_schema(tmp_path)
