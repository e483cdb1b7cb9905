"""Answers as a service gives them, small and made up, and an exchange that gives them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.unit.turnpoint.frames.people import SCHEMA

Json = dict[str, Any]


def change(feature: str, before: Any, after: Any, **more: Any) -> Json:
    return {
        "feature": feature,
        "label": feature.upper(),
        "from": before,
        "to": after,
        "delta": None,
        "unit": None,
    } | more


def option(features: Json, rank: int = 1, **more: Any) -> Json:
    """Lose weight and walk, which brings nothing along."""
    return {
        "id": str(UUID(int=rank)),
        "rank": rank,
        "changes": [change("bmi", features["bmi"], 28.5, unit="kg/m²"), change("walks", False, True)],
        "linked": [change("age", features["age"], features["age"] + 1)],
        "features": features | {"bmi": 28.5, "walks": True, "age": features["age"] + 1},
        "risk": 0.375,
        "plausibility": {"in_range": True, "neighbour_distance": 1.0, "percentile": 50.0},
        "effort": 2.5,
        "optimality": {"proved": True, "effort_bound": 2.5},
        "robustness": {"refits": 1.0, "noise": 1.0, "adherence": 0.9},
        "fragile": False,
        "generator": "search",
        "summary": "Consider walking.",
    } | more


def answer(patient_id: str, features: Json, *options: Json) -> Json:
    """An answer of some options, or of none."""
    known = dict.fromkeys(SCHEMA["properties"]) | features
    return {
        "id": str(UUID(int=7)),
        "patient_id": patient_id,
        "created_at": datetime(2026, 11, 29, tzinfo=UTC).isoformat(),
        "model": {"name": "small", "version": "1"},
        "prediction": {"risk": 0.5625, "threshold": 0.5, "target": 0.5, "label": "high"},
        "status": "found" if options else "already_below_target",
        "counterfactuals": list(options),
        "infeasible": None,
        "generation": {
            "proposals": 0,
            "well_formed": 0,
            "valid": 0,
            "repaired": 0,
            "llm_model": None,
            "degraded": [],
            "elapsed_ms": 1.0,
        },
        "question": {
            "features": known,
            "target": {"max_risk": 0.5},
            "constraints": {
                "features_to_vary": None,
                "features_to_keep": [],
                "permitted_range": {},
                "max_changes": None,
            },
            "preferences": {
                "count": 4,
                "min_robustness": 0.8,
                "generator": "search",
                "include": [],
                "programme": "usual",
                "diversity": "strategies",
                "always": False,
            },
        },
    }


def helped(body: Json) -> tuple[int, Json]:
    """An option for whoever has a weight, and none for whoever has not."""
    features = body["features"]
    options = [option(features)] if features["bmi"] is not None else []
    return 200, answer(body["patient_id"], features, *options)


class MadeUpEngine:
    """An engine of somebody else: it answers by a function, and writes down what it was asked."""

    model = ("small", "1")
    cores = 1

    def __init__(self, reply: Callable[[Json], tuple[int, Json]] = helped) -> None:
        self._reply = reply
        self.asked: list[Json] = []

    def warm_up(self) -> None:
        pass

    def exchange(self, method: str, route: str, body: bytes | None = None) -> tuple[int, bytes]:
        if route == "/models/{name}/schema":
            return 200, json.dumps(SCHEMA).encode()
        asked = json.loads(body or b"{}")
        self.asked.append(asked)
        status, told = self._reply(asked)
        return status, json.dumps(told).encode()

    def several(self, processes: int) -> "MadeUpEngine":
        return self

    def close(self) -> None:
        pass
