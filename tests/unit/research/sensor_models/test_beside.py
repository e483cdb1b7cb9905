"""What a recipe brings beside `task.toml`: EHRs fill features, and a patient reads of each goal."""

from datetime import date
from pathlib import Path

import pytest

from app.classifiers.consultation import read_consultation
from app.classifiers.ehr import read_ehr
from app.classifiers.handout_phrases import read_handouts
from app.classifiers.task import read_task
from app.domain.ehr import EhrCodes, EhrMapping
from app.domain.feature import Direction, Role
from app.domain.schema import Value
from app.ingest.fhir.reading import read_bundle
from app.ingest.fhir.record import PatientRecord
from research.finetuning.recipe import read_recipe
from research.sensor_models.measured_days import Making
from research.sensor_models.recipes import RECIPES, make
from research.training.errors import TrainingError
from tests.fhir_people import Resource, bundle, observation, patient, smoking, with_identity
from tests.unit.research.own_model.runs import silent

TODAY = date(2026, 11, 29)
YESTERDAY = "2026-11-28"
RATE = "40443-4"


def read(name: str, person: Resource, *observations: Resource) -> PatientRecord:
    recipe = RECIPES[name]
    schema, folder = read_task(recipe.schema), recipe.schema.parent
    consultation = read_consultation(folder, schema)
    codes = read_ehr(folder, schema, consultation)
    assert codes is not None
    assert consultation is not None
    mapping = EhrMapping(schema, codes, consultation.measured)
    return read_bundle(mapping, bundle(person, *observations), TODAY)


@pytest.mark.parametrize("unit", ["/d", "{steps}/d", "1/(24.h)"])
@pytest.mark.parametrize("name", ["lifesnaps-stress", "aireadi-stress", "aireadi-stress-heart"])
def test_a_day_of_a_record_fills_what_a_watch_tells(name: str, unit: str) -> None:
    told = read(
        name,
        patient(),
        observation("41950-7", 7267, unit, day=YESTERDAY),
        observation("93832-4", 6.5, "h", day=YESTERDAY),
        observation(RATE, 58, "{beats}/min", day=YESTERDAY),
    )
    assert told.features["steps"] == 7267
    assert told.features["sleep_minutes"] == 390
    assert told.features.get("heart_rate_resting") == (None if name == "aireadi-stress" else 58)


@pytest.mark.parametrize(("written", "steps"), [({"factor": 1}, 7267), ({}, None)])
def test_a_unit_of_another_name_is_taken_only_if_its_owner_says_so(
    written: dict[str, int], steps: int | None
) -> None:
    schema = read_task(RECIPES["lifesnaps-stress"].schema)
    code = {"loinc": "41950-7", "ucum": "/d", **written}
    codes = EhrCodes.model_validate({"max_age": "2 days", "feature": [{"name": "steps", "codes": [code]}]})
    consultation = read_consultation(RECIPES["lifesnaps-stress"].schema.parent, schema)
    assert consultation is not None
    told = bundle(patient(), observation("41950-7", 7267, "/d", day=YESTERDAY))
    record = read_bundle(EhrMapping(schema, codes, consultation.measured), told, TODAY)
    assert record.features.get("steps") == steps


def test_sedentary_hours_a_day_are_minutes_of_the_day() -> None:
    told = read("aireadi-stress", patient(), observation("87705-0", 7.5, "h/d", day=YESTERDAY))
    assert told.features["sedentary_minutes"] == 450


def test_a_day_of_last_week_is_too_old_and_steps_of_no_day_are_not_used() -> None:
    week = read("lifesnaps-stress", patient(), observation("41950-7", 7267, "/d", day="2026-11-20"))
    assert "steps" not in week.features
    some = read("lifesnaps-stress", patient(), observation("55423-8", 7267, "{steps}", day=YESTERDAY))
    assert "steps" not in some.features


def test_who_a_patient_is_fills_the_words_of_the_table() -> None:
    assert read("lifesnaps-stress", patient(gender="female")).features["gender"] == "FEMALE"
    own = with_identity(patient(), ["2135-2"], [], ["2180-8"])
    told = read("activity-health", own, observation("87705-0", 7.5, "h/d", day="2026-11-01"))
    assert told.features["ethnicity"] == "other_hispanic"
    assert told.features["age"] == 60
    assert told.features["sitting_minutes"] == 450


@pytest.mark.parametrize(
    ("code", "status"), [("266919005", "never"), ("8517006", "former"), ("449868002", "current")]
)
def test_smoking_status_is_one_of_three(code: str, status: Value) -> None:
    assert read("activity-health", patient(), smoking(code)).features["smoking"] == status


def test_a_smoker_of_unknown_status_is_not_known_to_smoke_now() -> None:
    assert "smoking" not in read("activity-health", patient(), smoking("77176002")).features


def test_steps_of_any_watch_are_not_those_of_the_wrist_that_the_model_knows() -> None:
    told = read("activity-health", patient(), observation("41950-7", 7267, "/d", day=YESTERDAY))
    assert "steps" not in told.features


@pytest.mark.parametrize("name", RECIPES)
def test_a_patient_reads_of_every_behaviour_in_both_languages(name: str) -> None:
    schema = read_task(RECIPES[name].schema)
    handouts = read_handouts(RECIPES[name].schema.parent, schema, is_newest=True)
    assert set(handouts) == {"en", "es"}
    for phrases in handouts.values():
        for feature in schema.actionable:
            assert feature.action is not None
            if feature.role is Role.BEHAVIOUR and feature.action.direction is not Direction.MOVES:
                assert phrases.goal_for(feature.name, feature.action.direction is Direction.INCREASE)


@pytest.mark.parametrize("name", RECIPES)
def test_a_language_model_keeps_people_back(name: str) -> None:
    recipe = read_recipe(RECIPES[name].file("finetune.toml"))
    assert recipe.data.validation_share > 0
    assert all(len(feature.called) <= 16 for feature in read_task(RECIPES[name].schema).features)


@pytest.mark.parametrize(
    ("name", "file", "making", "told"),
    [
        ("activity-health", "adults.csv", Making(zone="Europe/Berlin"), "takes no --zone"),
        ("lifesnaps-stress", "days.csv", Making(zone="Europe/Berlin"), "takes no --zone"),
        ("activity-health", "adults.csv", Making(processes=2), "takes no --processes"),
        ("aireadi-stress", "people.parquet", Making(zone="Europe/Berlin"), "are made. It belongs to"),
        ("aireadi-stress", "release", Making(zone="Berlin"), "Berlin is no time zone"),
    ],
)
def test_options_that_would_be_passed_over_are_refused(
    tmp_path: Path, name: str, file: str, making: Making, told: str
) -> None:
    with pytest.raises(TrainingError, match=told):
        make(RECIPES[name], tmp_path / file, tmp_path / "store", silent, making=making)
    assert not (tmp_path / "store").exists()
