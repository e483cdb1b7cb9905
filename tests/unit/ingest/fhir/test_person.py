"""What is told of the person: body, smoking, race and ethnicity, age."""

import pytest

from app.domain.ehr import EhrMapping
from app.domain.schema import Value
from app.ingest.fhir.record import Origin, PatientRecord
from tests.fhir_people import (
    Resource,
    observation,
    patient,
    smoking,
    with_identity,
)
from tests.fhir_records import read, reasons


def test_who_smokes_now_does_not_smoke_none(mapping: EhrMapping) -> None:
    never, smokes = smoking("266919005", "2025-12-01"), smoking("449868002", "2026-05-01")
    assert "cigarettes" not in read(mapping, patient(), never, smokes).features
    counted = observation("64218-1", 12, "/d", day="2026-05-01")
    assert read(mapping, patient(), never, smokes, counted).features["cigarettes"] == 12
    stopped = smoking("8517006", "2026-06-01")
    assert read(mapping, patient(), never, smokes, counted, stopped).features["cigarettes"] == 0


class TestBody:
    def weighed(self, mapping: EhrMapping, index: Resource | None, **given: Value) -> PatientRecord:
        height = observation("8302-2", 160.0, "cm", day="2024-01-01")
        weight = observation("29463-7", 82.4, "kg", day="2026-05-01")
        return read(mapping, patient(), height, weight, *([index] if index else []), **given)

    def test_the_index_follows_from_weight_and_height(self, mapping: EhrMapping) -> None:
        record = self.weighed(mapping, None)
        assert record.features["bmi"] == 32.2
        source = record.provenance["bmi"]
        assert (source.source, source.effective) == (Origin.COMPUTED, "2026-05-01")

    def test_an_index_older_than_the_weight_is_not_used(self, mapping: EhrMapping) -> None:
        record = self.weighed(mapping, observation("39156-5", 36.0, "kg/m2", day="2026-04-01"))
        assert record.features["bmi"] == 32.2
        assert ("bmi", "newer_exists") in reasons(record)

    def test_a_weight_older_than_the_index_is_not_used(self, mapping: EhrMapping) -> None:
        record = self.weighed(mapping, observation("39156-5", 36.0, "kg/m2", day="2026-06-01"))
        assert record.features["bmi"] == 36.0
        assert "weight" not in record.features
        assert ("weight", "newer_exists") in reasons(record)

    def test_an_index_that_contradicts_both_is_not_used(self, mapping: EhrMapping) -> None:
        record = self.weighed(mapping, observation("39156-5", 22.0, "kg/m2", day="2026-05-01"))
        assert record.features["bmi"] == 32.2
        assert ("bmi", "contradicts") in reasons(record)

    def test_a_given_weight_makes_the_index_anew(self, mapping: EhrMapping) -> None:
        record = self.weighed(mapping, observation("39156-5", 32.2, "kg/m2"), weight=70.0)
        assert record.features["bmi"] == 27.3
        assert ("bmi", "given_otherwise") in reasons(record)
        assert record.provenance["weight"].source is Origin.GIVEN

    def test_a_given_index_overrules_the_weight(self, mapping: EhrMapping) -> None:
        record = self.weighed(mapping, None, bmi=28.0)
        assert record.features["bmi"] == 28.0
        assert ("weight", "given_otherwise") in reasons(record)
        assert "weight" not in record.features


@pytest.mark.parametrize(
    ("ethnicity", "race", "detailed", "value"),
    [
        (["2186-5"], ["2106-3"], [], "non_hispanic_white"),
        (["2186-5"], ["2054-5"], [], "non_hispanic_black"),
        (["2186-5"], ["2028-9"], [], "non_hispanic_asian"),
        (["2186-5"], ["2076-8"], [], "other"),
        (["2186-5"], ["2106-3", "2054-5"], [], "other"),
        (["2135-2"], ["2106-3"], ["2148-5"], "mexican_american"),
        (["2135-2"], ["2106-3"], ["2180-8"], "other_hispanic"),
        (["2135-2"], ["2106-3"], [], None),
        (["2135-2", "2186-5"], ["2106-3"], [], None),
        ([], ["2106-3"], [], None),
        (["2186-5"], [], [], None),
        (["2186-5"], ["UNK"], [], None),
    ],
)
def test_ethnicity_is_mapped_or_unknown(
    mapping: EhrMapping, ethnicity: list[str], race: list[str], detailed: list[str], value: str | None
) -> None:
    record = read(mapping, with_identity(patient(), ethnicity, race, detailed))
    assert record.features.get("ethnicity") == value


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        ("1966-11-29", 60),
        ("1966-11-30", 59),
        ("1966", 60),
        ("1966-12", 59),
        ("1966-13-01", None),
        ("2020-01-01", None),
        ("2030-01-01", None),
        ("not a date", None),
        ("1966-11-29T10:00:00Z", None),
    ],
)
def test_age_is_that_of_the_day_of_the_question(mapping: EhrMapping, birth: str, age: int | None) -> None:
    assert read(mapping, patient(birth=birth)).features.get("age") == age
