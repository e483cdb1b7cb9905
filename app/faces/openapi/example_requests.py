"""Requests to try: about a real person whom the default model can help.

The question asks for all that there is, so that its answer has every part.
"""

from typing import Any

from app.classifiers.partitions import Person
from app.domain.consultation import MeasuredOutcome
from app.faces.openapi.example_cds import cds_requests
from app.faces.openapi.ids import MEASURED, OPTION_ID, PATIENT_ID, PLAN_EVENT_ID

Requests = dict[str, Any]
"""By the id of an operation."""


def requests_of(model: str, person: Person, measured: MeasuredOutcome) -> Requests:
    """A body by the id of its operation."""
    features = person.features
    return {
        "createCounterfactuals": {
            "patient_id": PATIENT_ID,
            "model": model,
            "features": features,
            "count": 4,
            "always": True,
        },
        "createPrediction": {"model": model, "features": features},
        "createAugmentation": {
            "model": model,
            "source": {"kind": "rows", "rows": [features]},
            "target_label": "low",
            "per_row": 3,
            "improvements": True,
        },
        "replacePreferences": {"model": model, "codes": [], "features_to_keep": []},
        "createFeedback": {
            "counterfactual_id": str(OPTION_ID),
            "verdict": "declined",
            "reason": "not_feasible",
            "note": "no pool nearby",
        },
        "createMeasurement": {
            "model": model,
            "measured_on": MEASURED.isoformat(),
            **_result(measured),
        },
        "createPlan": {
            "counterfactual_id": str(OPTION_ID),
            "name": "Walk to work",
        },
        **cds_requests(),
        "changePlan": {"kind": "completed", "replaces": str(PLAN_EVENT_ID), "note": "went well"},
    }


def _result(measured: MeasuredOutcome) -> dict[str, Any]:
    """At which the outcome begins."""
    if measured.unit is None:
        return {"finding": "present"}
    return {"value": measured.outcome_from, "unit": measured.unit}
