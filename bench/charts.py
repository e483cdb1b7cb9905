"""Charts for measures: real people of high risk, each with the typical record of an EHR."""

from app.classifiers.model_version import ModelVersion
from app.domain.schema import Value
from app.engine.examples import example_people
from tests.ehr import resources as fhir
from tests.ehr.chart import Chart
from tests.ehr.participants import Participant
from tests.ehr.resources import Json

_READINGS = 4
"""Observations of a visit: body mass index, weight, blood pressure, total cholesterol."""


def charts_of(model: ModelVersion, count: int) -> dict[str, list[Json]]:
    """Resources by the patient's id, of so many held-out people known whole, at high risk."""
    return {
        (chart := _typical(_participant(person.source_id, person.features))).id: chart.resources
        for person in example_people(model, count)
    }


def long_record(model: ModelVersion, observations: int) -> list[Json]:
    """Somebody whose visits come to so many observations, the oldest of them decades ago."""
    (person,) = example_people(model, 1)
    participant = _participant(person.source_id, person.features)
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


def _participant(number: int, features: dict[str, Value]) -> Participant:
    """A held-out person as one whom an EHR knows; what is not needed here stays unknown."""
    known = {name: value for name, value in features.items() if value is not None}
    return Participant(
        number=number,
        age=int(known["age"]),
        sex=str(known["sex"]),
        ethnicity=str(known["ethnicity"]),
        height_cm=float(known["height"]),
        weight_kg=float(known["weight"]),
        bmi=float(known["bmi"]),
        waist_cm=None,
        pulse=None,
        pressures=((int(known["sbp"]), int(known["dbp"])),),
        total_cholesterol=int(known["total_cholesterol"]),
        hdl_cholesterol=int(known["hdl_cholesterol"]),
        hba1c=0.0,
        smoking="every day" if known["cigarettes"] else "never",
        cigarettes=None,
    )
