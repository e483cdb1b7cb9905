"""Charts for measures: real people of high risk, each with the typical record of an EHR."""

from app.classifiers.model_version import ModelVersion
from app.domain.schema import Value
from app.engine.examples import example_people
from tests.ehr import resources as fhir
from tests.ehr.chart import Chart
from tests.ehr.participants import Participant
from tests.ehr.resources import Json

UNKNOWN = "unknown"
"""The smoking status of somebody of whom none is on file."""
_READINGS = 4
"""Observations of a visit: body mass index, weight, blood pressure, total cholesterol."""


def charts_of(model: ModelVersion, count: int) -> dict[str, list[Json]]:
    """Resources by the patient's id, of so many held-out people known whole, at high risk."""
    return {
        (chart := _typical(participant_of(person.source_id, person.features))).id: chart.resources
        for person in example_people(model, count)
    }


def long_record(model: ModelVersion, observations: int) -> list[Json]:
    """Somebody whose visits come to so many observations, the oldest of them decades ago."""
    (person,) = example_people(model, 1)
    participant = participant_of(person.source_id, person.features)
    chart = _typical(participant)
    for visit in range(observations // _READINGS):
        _add_visit(chart, participant, visit)
    return chart.resources


def _typical(person: Participant) -> Chart:
    return Chart(f"bench-{person.number}", person).body(20).pressure(20).lipids(120).smoking(20)


def _add_visit(chart: Chart, person: Participant, visit: int) -> None:
    day = fhir.days_before(30 + 5 * visit)
    readings = (
        (fhir.BMI, fhir.Amount(person.bmi, "kg/m2", "kg/m2")),
        (fhir.WEIGHT, fhir.Amount(person.weight_kg, "kg", "kg")),
        (fhir.CHOLESTEROL, fhir.Amount(person.total_cholesterol or 200, "mg/dL", "mg/dL")),
    )
    for number, (kind, amount) in enumerate(readings):
        chart.put(fhir.measured(f"v{visit}-{number}", chart.id, kind, amount, day))
    chart.put(fhir.pressure(f"v{visit}-pressure", chart.id, fhir.PANEL, person.pressures[0], day))


def participant_of(number: int, features: dict[str, Value]) -> Participant:
    """A held-out person as one whom an EHR knows; HbA1c is no feature, and is not told."""
    pressure = _whole(features["sbp"]), _whole(features["dbp"])
    return Participant(
        number=number,
        age=int(_number(features["age"])),
        sex=str(features["sex"]),
        ethnicity=str(features["ethnicity"]),
        height_cm=_number(features["height"]),
        weight_kg=_number(features["weight"]),
        bmi=_number(features["bmi"]),
        waist_cm=None if features["waist"] is None else _number(features["waist"]),
        pulse=_whole(features["pulse"]),
        pressures=() if None in pressure else ((int(pressure[0] or 0), int(pressure[1] or 0)),),
        total_cholesterol=_whole(features["total_cholesterol"]),
        hdl_cholesterol=_whole(features["hdl_cholesterol"]),
        hba1c=0.0,
        smoking=_smoking(features["cigarettes"]),
        cigarettes=_whole(features["cigarettes"]),
    )


def _smoking(cigarettes: Value) -> str:
    if cigarettes is None:
        return UNKNOWN
    return "every day" if cigarettes else "never"


def _whole(value: Value) -> int | None:
    return None if value is None else round(_number(value))


def _number(value: Value) -> float:
    assert isinstance(value, int | float)
    return float(value)
