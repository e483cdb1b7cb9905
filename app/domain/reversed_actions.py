"""Behaviour the other way: a schema whose actionable features go where they should not.

For rows of the high-risk class: what may fall, rises, and what may rise, falls, in the same steps and no
further than the same largest change. Links, relations and ranges hold as ever; effects do not: trials saw
what follows from an action, and nothing of its opposite. Never for advice.
"""

from typing import Any

from app.domain.feature import Action, Direction, Feature
from app.domain.schema import FeatureSchema

_OPPOSITE = {Direction.DECREASE: Direction.INCREASE, Direction.INCREASE: Direction.DECREASE}


def reversed_actions(schema: FeatureSchema) -> FeatureSchema:
    """The schema with every action turned round, to the end of the observed range; of a category each move.

    What goes towards a range from either side has no opposite, and stays as it is; so does what follows it.
    """
    content: dict[str, Any] = schema.model_dump(by_alias=True)
    content["feature"] = features = [_reversed(feature) for feature in schema.features]
    moving = {feature["name"] for feature in features if feature["action"] is not None}
    content["link"] = [link.model_dump() for link in schema.links if link.driver in moving]
    content["effect"] = ()
    return FeatureSchema.model_validate(content)


def _reversed(feature: Feature) -> dict[str, Any]:
    content, action = feature.model_dump(by_alias=True), feature.action
    if action is not None and action.direction is Direction.MOVES:
        return content | {"action": _moved_back(feature, action)}
    if action is None or action.direction not in _OPPOSITE:
        return content | {"action": None}
    return content | {"action": _reversed_action(feature, action)}


def _moved_back(feature: Feature, action: Action) -> dict[str, Any]:
    """Each move the other way, for the same effort."""
    moves = [{"from": one.after, "to": one.before, "effort": one.effort} for one in action.moves]
    kept = action.model_dump(include={"direction", "effort", "when"})
    return kept | {"moves": moves, "verb": f"changing {feature.label}"}


def _reversed_action(feature: Feature, action: Action) -> dict[str, Any]:
    return action.model_dump() | {
        "direction": _OPPOSITE[action.direction],
        "verb": f"changing {feature.label}",
        "verb_at_limit": None,
        "limit": feature.observed or (0.0, 1.0),
        "limits": (),
        "reaches_limit": False,
        "whole": False,
        "when": {},
        "intensive": None,
    }
