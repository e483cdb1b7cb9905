"""Requests to try: about a real person whom the default model can help."""

from typing import Any

from app.engine.hosting import Hosted
from app.models.examples import example_people, with_a_way_down
from app.openapi.ids import OPTION_ID, PATIENT_ID


def requests_of(hosted: Hosted) -> dict[str, Any]:
    """A body by the id of its operation."""
    model = hosted.model
    person = with_a_way_down(hosted, example_people(model, 20)).features
    return {
        "createCounterfactuals": {
            "patient_id": PATIENT_ID,
            "model": model.name,
            "features": person,
            "count": 4,
        },
        "createPrediction": {"model": model.name, "features": person},
        "createAugmentation": {
            "model": model.name,
            "source": {"kind": "rows", "rows": [person]},
            "target_label": "low",
            "per_row": 3,
        },
        "createFeedback": {
            "counterfactual_id": str(OPTION_ID),
            "verdict": "declined",
            "reason": "not_feasible",
            "note": "no pool nearby",
        },
    }
