"""Laws that hold of any bundle: nothing breaks, all is accounted for, and what is read can be scored."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.ehr import EhrMapping
from app.domain.errors import InvalidInputError, ValidationIssue
from app.domain.patient import read_patient
from app.engine.registry import ServedModel
from app.ingest.fhir.reading import MOST_TOLD, read_bundle
from app.ingest.fhir.reasons import NotUsedReason
from app.ingest.fhir.record import Origin
from tests.documents import places, put
from tests.fhir_people import Resource, bundle, observation, patient, pressure, smoking, typical

TODAY = date(2026, 11, 29)
ODD: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.just([])
    | st.just(10**400)
)
_DAYS = (st.integers(0, 1200) | st.sampled_from([10, 400])).map(
    lambda days: (TODAY - timedelta(days)).isoformat()
)
_CODES = {
    "8302-2": (140, 200, ["cm", "m", "[in_i]"]),
    "29463-7": (40, 400, ["kg", "[lb_av]", "g"]),
    "39156-5": (15, 60, ["kg/m2"]),
    "8280-0": (50, 160, ["cm"]),
    "8867-4": (40, 130, ["/min", "{beats}/min", "bpm"]),
    "2093-3": (1, 400, ["mg/dL", "mmol/L"]),
    "2085-9": (0.5, 150, ["mg/dL", "mmol/L"]),
    "93832-4": (3, 600, ["h", "min"]),
    "64218-1": (0, 60, ["/d"]),
    "4548-4": (3, 15, ["%", "mmol/mol"]),
    "9999-9": (0, 1, ["1"]),
}


@st.composite
def observations(draw: st.DrawFn) -> Resource:
    if draw(st.booleans()):
        if draw(st.booleans()):
            return pressure(draw(st.floats(60, 220)), draw(st.floats(20, 140)), draw(_DAYS))
        return smoking(draw(st.sampled_from(["266919005", "8517006", "449868002", "1"])), draw(_DAYS))
    code = draw(st.sampled_from(sorted(_CODES)))
    low, high, units = _CODES[code]
    unit = draw(st.sampled_from([*units, None]))
    return observation(code, draw(st.floats(low, high)), unit, draw(_DAYS))


@st.composite
def records(draw: st.DrawFn) -> Resource:
    others = draw(st.lists(observations(), max_size=25))
    named = [one | {"id": f"o{number}"} for number, one in enumerate(others)]
    birth = draw(st.dates(date(1930, 1, 1), date(2008, 1, 1))).isoformat()
    return bundle(patient(birth=birth[: draw(st.sampled_from([4, 7, 10]))]), *named)


def faults_of(read: Callable[[], object]) -> list[ValidationIssue]:
    try:
        read()
    except InvalidInputError as error:
        return error.issues
    return []


@given(records())
@settings(max_examples=150)
def test_what_is_read_can_be_scored_or_misses_what_is_required(served: ServedModel, told: Resource) -> None:
    mapping = served.ehr
    record = read_bundle(mapping, told, TODAY)
    for fault in faults_of(lambda: read_patient(mapping.schema, record.features)):
        assert fault.detail == "is required"
        assert fault.pointer.removeprefix("/features/") not in record.features


@given(records())
@settings(max_examples=150)
def test_every_resource_is_used_or_told_of(served: ServedModel, told: Resource) -> None:
    record = read_bundle(served.ehr, told, TODAY)
    used = {one.reference for one in record.provenance.values()}
    used |= {record.outcome.reference} if record.outcome else set()
    told_of = {one.reference for one in record.not_used}
    moments = _moments(served.ehr, told)
    together = {moments.get(one or "") for one in used}  # with one of them, or part of its mean
    assert {moments[one] for one in moments.keys() - used - told_of} <= together
    for name, source in record.provenance.items():
        assert source.source in (Origin.FHIR, Origin.COMPUTED)
        assert record.features[name] is not None


def _moments(mapping: EhrMapping, told: Resource) -> dict[str, tuple[str, str]]:
    """By reference, of what feature an observation is, and when."""
    moments = {}
    for entry in told["entry"]:
        own = entry["resource"]
        if own["resourceType"] == "Observation":
            [coding] = own["code"]["coding"]
            asked = mapping.asked_by_loinc.get(coding["code"])
            of = asked[0] if asked else mapping.with_code(coding["code"]) or coding["code"]
            moments[f"Observation/{own['id']}"] = (of, own["effectiveDateTime"])
    return moments


@given(records(), st.randoms())
@settings(max_examples=60)
def test_the_order_of_resources_does_not_matter(served: ServedModel, told: Resource, random: Any) -> None:
    record = read_bundle(served.ehr, told, TODAY)
    shuffled = told | {"entry": random.sample(told["entry"], len(told["entry"]))}
    again = read_bundle(served.ehr, shuffled, TODAY)
    assert again.features == record.features
    assert (again.outcome and again.outcome.value) == (record.outcome and record.outcome.value)


@given(st.data())
@settings(max_examples=200)
def test_no_damage_breaks_it(served: ServedModel, data: st.DataObject) -> None:
    """Any part of a bundle replaced by anything: a record, or a fault with a pointer."""
    whole = json.loads(json.dumps(bundle(*typical(), kind="searchset")))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(list(places(whole))))
        odd = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
        part: Any = data.draw(odd | st.just([]) | st.just({}) | st.just([None]) | st.just(10**400))
        whole = put(whole, place, part)
    for fault in faults_of(lambda: read_bundle(served.ehr, whole, TODAY)):
        assert fault.pointer.startswith("/fhir")


@given(st.dictionaries(st.sampled_from(["bmi", "weight", "height", "sbp", "dbp", "shoe", "sex"]), ODD))
@settings(max_examples=100)
def test_whatever_is_given_beside_it_is_a_record_too(served: ServedModel, odd: dict[str, Any]) -> None:
    record = read_bundle(served.ehr, bundle(*typical()), TODAY, odd)
    for name, value in odd.items():
        if value is None:
            assert name not in record.provenance or record.features[name] is not None
        else:
            assert record.provenance[name].source is Origin.GIVEN
    faults_of(lambda: read_patient(served.ehr.schema, record.features))


def test_resources_that_refer_to_one_another_in_circles_are_read(mapping: EhrMapping) -> None:
    panel = pressure(130, 80) | {"hasMember": [{"reference": "Observation/a"}], "id": "b"}
    other = pressure(130, 80) | {"hasMember": [{"reference": "Observation/b"}], "id": "a"}
    assert read_bundle(mapping, bundle(patient(), panel, other), TODAY).features["sbp"] == 130


def test_of_many_only_so_many_are_told_one_by_one(mapping: EhrMapping) -> None:
    many = [
        observation("2093-3", 150 + n % 90, "mg/dL", day=f"2026-{1 + n % 10:02}-{1 + n % 28:02}", id=f"m{n}")
        for n in range(1990)
    ]
    told = bundle(*typical(), *many)
    record = read_bundle(mapping, told, TODAY)
    one_by_one = [one for one in record.not_used if one.count == 1]
    assert len(record.not_used) <= MOST_TOLD + 10
    assert len(one_by_one) >= MOST_TOLD
    assert sum(one.count for one in record.not_used) > 1900


def test_of_many_odd_units_none_is_used(mapping: EhrMapping) -> None:
    odd = [observation("2093-3", 1, f"x{n}/dL", id=f"u{n}") for n in range(5000)]
    record = read_bundle(mapping, bundle(patient(), *odd), TODAY)
    assert "total_cholesterol" not in record.features


@given(records())
@settings(max_examples=200)
def test_a_newer_one_is_said_to_be_used_only_where_it_is(served: ServedModel, told: Resource) -> None:
    record = read_bundle(served.ehr, told, TODAY)
    days = {
        f"Observation/{one['resource']['id']}": one["resource"].get("effectiveDateTime")
        for one in told["entry"]
    }
    for one in record.not_used:
        if one.reason is NotUsedReason.NEWER_EXISTS and one.feature not in served.model.schema:
            assert record.outcome is not None  # it is of the measured outcome
        elif one.reason is NotUsedReason.NEWER_EXISTS and one.feature is not None:
            used = record.provenance.get(one.feature) or record.provenance["bmi"]
            assert (used.effective or "") >= days[one.reference or ""]


@st.composite
def pressures(draw: st.DrawFn) -> Resource:
    systolic, diastolic = draw(st.integers(60, 1300)), draw(st.integers(20, 140))
    panel = pressure(systolic, diastolic, draw(_DAYS))
    return panel | {
        "component": draw(st.sampled_from([panel["component"], *([one] for one in panel["component"])]))
    }


@given(st.lists(pressures(), max_size=8))
@settings(max_examples=200)
def test_both_pressures_are_of_the_newest_moment_that_tells_both(
    mapping: EhrMapping, told: list[Resource]
) -> None:
    """Or of the newest of each, where no moment tells both."""
    named = [one | {"id": f"o{number}"} for number, one in enumerate(told)]
    record = read_bundle(mapping, bundle(patient(), *named), TODAY)
    whole = set()
    for day in {one["effectiveDateTime"] for one in named}:
        of_day = [one for one in named if one["effectiveDateTime"] == day]
        if {"sbp", "dbp"} <= read_bundle(mapping, bundle(patient(), *of_day), TODAY).features.keys():
            whole.add(day)
    used = {record.provenance[name].effective for name in ("sbp", "dbp") if name in record.provenance}
    if whole:
        assert used == {max(whole)}
        assert {"sbp", "dbp"} <= record.features.keys()
