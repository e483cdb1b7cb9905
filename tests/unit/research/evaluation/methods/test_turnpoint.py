"""Answers of the engine, pinned: where one changes, kept evaluation results no longer stand for it."""

from collections.abc import Sequence

import numpy as np

from research.evaluation.benchmark_setup.people import CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.turnpoint import ENGINE_VERSION, TurnpointMethod

Changes = dict[str, float]
ACTIONABLE: dict[int, list[Changes]] = {
    93709: [],
    93727: [],
    93729: [
        {"sbp": 116, "hdl_cholesterol": 52, "meals_out": 1},
        {"sbp": 116, "hdl_cholesterol": 52, "fibre": 17},
    ],
}
WITH_EFFECTS: dict[int, list[Changes]] = {
    93709: [],
    93727: [],
    93735: [],
    93743: [
        {
            "sbp": 148,
            "dbp": 83,
            "pulse": 64,
            "hdl_cholesterol": 42,
            "sleep": 6.5,
            "vigorous_activity": 1,
        }
    ],
    93752: [
        {
            "bmi": 25.0,
            "weight": 58.9,
            "waist": 87.6,
            "sbp": 127,
            "total_cholesterol": 257,
            "hdl_cholesterol": 62,
            "saturated_fat": 14,
            "cigarettes": 0,
        }
    ],
}
FREE: dict[int, list[Changes]] = {
    13: [
        {
            "total_cholesterol": 226,
            "st_depression": 0.3,
            "st_slope=upsloping": 1,
            "st_slope=flat": 0,
            "thallium=normal": 1,
            "thallium=fixed_defect": 0,
        }
    ],
    30: [
        {"chest_pain=atypical_angina": 1, "chest_pain=asymptomatic": 0, "max_heart_rate": 154},
        {
            "sex=female": 1,
            "sex=male": 0,
            "chest_pain=atypical_angina": 1,
            "chest_pain=asymptomatic": 0,
            "st_depression": 1.4,
        },
    ],
}
WHY = "If this is meant: raise ENGINE_VERSION, and write down here what is answered now."


def answers(place: CohortSpec) -> dict[int, list[Changes]]:
    """What changes in each option, by the person's id."""
    setup = load_setup(place)
    method = TurnpointMethod(setup, count=2)

    def changes(factual: Sequence[float], row: Sequence[float]) -> Changes:
        columns = zip(setup.schema.columns, factual, row, strict=True)
        return {
            name: round(after, 6)
            for name, before, after in columns
            if not np.isclose(before, after, equal_nan=True)
        }

    return {
        person.source_id: [changes(person.row.tolist(), row) for row in method(person).rows]
        for person in setup.people
    }


def test_the_engine_answers_as_its_version_says() -> None:
    assert ENGINE_VERSION == 2
    for model, setting, pinned in (
        ("dysglycaemia@1", SettingKind.ACTIONABLE, ACTIONABLE),
        ("dysglycaemia@2", SettingKind.ACTIONABLE, WITH_EFFECTS),
        ("heart-disease@1", SettingKind.FREE, FREE),
    ):
        assert answers(CohortSpec(model, setting, people=len(pinned))) == pinned, WHY
