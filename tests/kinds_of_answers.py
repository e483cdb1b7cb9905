"""Questions about held-out people whose answers are of each kind: by search alone, the same every time."""

from typing import Any

from app.classifiers.partitions import Side, people_of
from app.engine.registry import ModelRegistry

Json = dict[str, Any]
OUT_OF_REACH, NOTHING_HELPS, FRAGILE, UNCLEAR_BELOW, CLEARLY_BELOW, IN_REACH = (
    93735,
    93760,
    93900,
    93729,
    93711,
    94553,
)
"""Of whom the default model's answer is: no option, but improvements; neither; fragile options and
improvements; below the target with a band that crosses it, and without; options that hold."""


def question_about(registry: ModelRegistry, person: int, patient_id: str) -> Json:
    """The question about a held-out person of the default model, by the survey's number of them."""
    people = people_of(registry.named(None).model, Side.HELD_OUT)
    features = next(one.features for one in people if one.source_id == person)
    return {"patient_id": patient_id, "features": dict(features), "generator": "search"}
