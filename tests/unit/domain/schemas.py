"""Schemas at random: small ones that hold together, and what an owner's slips make of them."""

import copy
import math
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

STORE = Path(__file__).parents[3] / "model_store"
SHIPPED = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(STORE.glob("*/task.toml"))]

Content = dict[str, Any]

_ODD_NUMBERS = (0, 1, -1, 2, 3, 5, 0.3, 0.5, 1.5, -0.5, 7.25, 1e-9, 1e9, 1e300, 10**400, math.inf, math.nan)
_ODD_WORDS = (
    "",
    "x",
    "by",
    "a",
    "b",
    "n0",
    "n1",
    "c0",
    "s0",
    "<5",
    "[x]",
    "rising",
    "towards",
    "derived",
    "age",
)
_ODD_LISTS: tuple[list[Any], ...] = ([], [3, 1], [0, 0], [0.5, 9.5], [-5, 5], [1, 2, 3], ["1", "2"])
_ODD_TABLES: tuple[Content, ...] = ({}, {"n0": 1}, {"by": "c0"}, {"c0": 2, "n0": 1})
_ODD = st.sampled_from([True, False, *_ODD_NUMBERS, *_ODD_WORDS, *_ODD_LISTS, *_ODD_TABLES])


def sized(draw: st.DrawFn, low: float, high: float, unit: float) -> float:
    """A multiple of a unit within a range."""
    return round(draw(st.integers(int(-(-low // unit)), int(high // unit))) * unit, 6)


@st.composite
def small_schemas(draw: st.DrawFn) -> Content:
    """A schema of one to four numbers, a switch and perhaps a category, with a link and a relation."""
    numbers = [_number(draw, f"n{index}") for index in range(draw(st.integers(1, 4)))]
    switch: Content = {"name": "s0", "label": "S", "kind": "boolean", "group": "g"}
    if draw(st.booleans()):
        switch["action"] = {
            "direction": draw(st.sampled_from(["increase", "decrease"])),
            "verb": "v",
            "effort": 0.5,
        }
    features = [*numbers, switch]
    category = draw(st.booleans())
    if category:
        values = [{"value": value, "label": f"the {value}"} for value in "abc"[: draw(st.integers(1, 3))]]
        features.append({"name": "c0", "label": "C", "kind": "category", "group": "g", "categories": values})
        if len(values) > 1 and draw(st.booleans()):
            features[-1]["action"] = _moves(draw, [value["value"] for value in values])
    numbers[0]["action"] = numbers[0].get("action") or _action(draw, numbers[0])
    content: Content = {"model": _model(features), "data": _data(), "feature": features}
    followers = [number for number in numbers[1:] if "action" not in number]
    is_linked: bool = draw(st.booleans())
    if followers and is_linked:
        content["link"] = [_link(draw, numbers[0], followers[0], features[-1] if category else None)]
    if "action" not in switch and draw(st.booleans()):
        low, high = numbers[0]["clinical"]
        turns = sized(draw, low + 1, high - 1, 1)
        rule = {"kind": "rule", "feature": "s0", "driver": numbers[0]["name"]}
        rule["yes_when"] = draw(st.sampled_from([[low, turns], [turns, high]]))
        content.setdefault("link", []).append(rule)
    if draw(st.sampled_from([True, True, False])):
        content["effect"] = _effects(draw, features, {link["feature"] for link in content.get("link", ())})
    if draw(st.booleans()):
        terms = {number["name"]: draw(st.sampled_from([-1, 1, 0.1, 2])) for number in [*numbers, switch]}
        content["relation"] = [{"name": "rule", "terms": terms, "bound": draw(st.integers(-50, 500))}]
        content["relation"][0]["binds"] = draw(st.sampled_from(["everybody", "suggestions"]))
    return content


def _moves(draw: st.DrawFn, values: list[str]) -> Content:
    """An action on a category: some of all moves between its values."""
    every: list[Content] = [{"from": one, "to": other} for one in values for other in values if one != other]
    places = draw(st.lists(st.sampled_from(range(len(every))), min_size=1, unique=True))
    moves = [dict(every[place]) for place in places]
    for move in moves:
        if draw(st.booleans()):
            move.update({"effort": draw(st.sampled_from([0.1, 0.5, 3])), "verb": "going there"})
    return {"direction": "moves", "verb": "changing", "effort": 1, "moves": moves}


def _effects(draw: st.DrawFn, features: list[Content], linked: set[str]) -> list[Content]:
    """Effects of what can be acted on, on numbers that cannot be, which become consequences."""
    drivers = [
        one["name"]
        for one in features
        if one.get("action", {}).get("direction", "towards") not in ("towards", "moves")
    ]
    moved = [
        one for one in features if "clinical" in one and "action" not in one and one["name"] not in linked
    ]
    effects = []
    for number in moved if drivers else ():
        low, high = number["clinical"]
        number["role"], number["consequence"] = "consequence", {"limit": [low, high]}
        number["consequence"]["share_of_sum"] = draw(st.sampled_from([0.5, 0.75, 1.0]))
        if draw(st.booleans()):
            number["consequence"]["caps"] = [{"most": draw(st.sampled_from([0.5, 3, 20]))}]
        for driver in draw(st.lists(st.sampled_from(drivers), min_size=1, max_size=3)):
            effects.append(_effect(draw, driver, number))
    return effects


def _effect(draw: st.DrawFn, driver: str, number: Content) -> Content:
    low, mean, high = sorted(draw(st.sampled_from([0, 0.2, 1, 3])) for _ in range(3))
    effect: Content = {"driver": driver, "feature": number["name"], "low": low, "mean": mean, "high": high}
    effect["direction"] = draw(st.sampled_from(["decrease", "increase"]))
    if draw(st.booleans()):
        effect["cap"] = draw(st.sampled_from([0.5, 4]))
    if draw(st.booleans()):
        effect["when"] = {number["name"]: number["observed"]}
    return effect | {"lag": "l", "source": "s", "grade": "A", "checked": "2026-11-28"}


def _model(features: list[Content]) -> Content:
    words = {"name": "m", "title": "M", "outcome": "o", "description": "d", "horizon": "h"}
    most = sum("action" in feature for feature in features)
    return words | {"threshold": 0.5, "min_robustness": 0.9, "max_changes": most, "effort_per_change": 0.25}


def _data() -> Content:
    return {"name": "d", "publisher": "p", "licence": "l", "loader": "x"}


def _number(draw: st.DrawFn, name: str) -> Content:
    whole = draw(st.booleans())
    precision = draw(st.sampled_from([1, 2] if whole else [1, 0.1, 0.5, 0.25]))
    low = sized(draw, -20, 60, 1)
    high = low + sized(draw, 5, 200, 1)
    number: Content = {
        "name": name,
        "label": name.upper(),
        "kind": "integer" if whole else "number",
        "group": "g",
    }
    number |= {
        "unit": "u",
        "clinical": [low, high],
        "precision": precision,
        "noise": draw(st.sampled_from([0, 0.5])),
    }
    observed = sorted(sized(draw, low, high, 1) for _ in range(2))
    number |= {"observed": observed, "missing": draw(st.sampled_from(["refused", "unknown"]))}
    if draw(st.booleans()):
        number["action"] = _action(draw, number)
    return number


def _action(draw: st.DrawFn, number: Content) -> Content:
    low, high = number["clinical"]
    limit = sorted(sized(draw, low, high, 1) for _ in range(2))
    direction = draw(st.sampled_from(["decrease", "increase", "towards"]))
    action: Content = {
        "direction": direction,
        "verb": "v",
        "limit": limit,
        "effort": draw(st.sampled_from([0.1, 1])),
    }
    action["step"] = round(number["precision"] * draw(st.integers(1, 8)), 6)
    if draw(st.booleans()):
        action["max_change"] = action["step"] * draw(st.sampled_from([1, 2.5, 4]))
    return action


def _link(draw: st.DrawFn, driver: Content, follower: Content, category: Content | None) -> Content:
    link: Content = {"feature": follower["name"], "driver": driver["name"]}
    if category is not None and draw(st.booleans()):
        slope = {one["value"]: draw(st.sampled_from([-1, 0, 0.3, 2])) for one in category["categories"]}
        return link | {"kind": "linear", "slope": {"by": category["name"], **slope}}
    if draw(st.booleans()):
        return link | {"kind": "linear", "slope": draw(st.sampled_from([-1, 0, 0.3, 2]))}
    return link | {"kind": "proportional"}


@st.composite
def spoilt(draw: st.DrawFn, content: Content) -> Content:
    """A copy with up to three slips: a value put in another's place, left out, said twice or turned round."""
    content = copy.deepcopy(content)
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2, 3]))):
        _spoil(draw, content)
    return content


def _spoil(draw: st.DrawFn, content: Content) -> None:
    parts = [name for name in ("model", "feature", "link", "link", "relation") if content.get(name)]
    holder, key = draw(st.sampled_from(list(_places(content[draw(st.sampled_from(parts))]))))
    value = holder[key]
    kinds = ["alike", "alike", "odd", "missing"]
    kinds += ["turned", "twice"] if isinstance(value, list) and value else []
    match draw(st.sampled_from(kinds)):
        case "missing":
            del holder[key]
        case "turned":
            value.reverse()
        case "twice":
            value.append(copy.deepcopy(draw(st.sampled_from(value))))
        case "alike":
            holder[key] = copy.deepcopy(draw(_alike(value, content)))
        case _:
            holder[key] = copy.deepcopy(draw(_ODD))


def _alike(value: Any, content: Content) -> st.SearchStrategy[Any]:
    """Something of the same type, so that it is not refused for its type alone."""
    if isinstance(value, bool | dict):
        return st.just(value)
    if isinstance(value, list):
        return st.sampled_from(_ODD_LISTS)
    if isinstance(value, str):
        names = [feature.get("name", "") for feature in content["feature"] if isinstance(feature, dict)]
        return st.sampled_from([*names, *_ODD_WORDS])
    return st.sampled_from(
        [*_ODD_NUMBERS[:11], value * 2, value * 0.5 if abs(value) < 1e9 else 1, value + 1, -value]
    )


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a part of a schema: what holds it, and under which key."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])
