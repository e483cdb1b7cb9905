"""Which part of an EHR's record fills which feature of a model: `ehr.toml`, for all versions of the model.

Numbers are found by the LOINC codes of the feature in `task.toml` and those that are added here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from app.domain.consultation import MeasuredOutcome
from app.domain.feature import Code, Frozen, Text
from app.domain.schema import FeatureSchema

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
BMI, WEIGHT, HEIGHT = "39156-5", "29463-7", "8302-2"
"""LOINC codes of the body mass index and of what gives it."""
SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
"""LOINC codes of the blood pressures, which one reading tells together."""
_DAYS = re.compile(r"([1-9][0-9]{0,4}) days")


def _days(value: object) -> int:
    found = _DAYS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('must be a time such as "365 days"')
    return int(found[1])


Days = Annotated[int, BeforeValidator(_days)]
Loinc = Annotated[str, Field(pattern=r"^[0-9]{1,7}-[0-9]$")]


class Answer(Frozen):
    """What a coded answer says of a feature: its value, or a value that it cannot be."""

    system: Literal["http://snomed.info/sct", "http://loinc.org"] = "http://snomed.info/sct"
    """The system of the code."""
    code: Text
    """The code of the answer."""
    value: bool | float | str | None = None
    """What it tells of the feature."""
    rules_out: bool | float | str | None = None
    """What the feature is not, where the answer tells no value: a smoker does not smoke none."""


class Asked(Frozen):
    """A question with coded answers, such as smoking status."""

    loinc: Loinc
    """The LOINC code of the question."""
    answer: tuple[Answer, ...]
    """Its answers."""


class Identity(Frozen):
    """Which race and ethnicity of the US Core extensions make a category; all that is named must be there."""

    value: Text
    """The category."""
    ethnicity: Text | None = None
    """The recorded ethnicity."""
    detailed: tuple[Text, ...] = ()
    """At least one of these is recorded in detail."""
    race: tuple[Text, ...] = ()
    """The only race that is recorded is one of these."""
    several: Annotated[bool, Field(strict=True)] = False
    """Or several are recorded."""


class EhrFeature(Frozen):
    """Where one feature comes from."""

    name: Text
    """The feature; a number is found by its `codes` in `task.toml`."""
    element: Literal["birth_date", "gender", "race_and_ethnicity"] | None = None
    """What of the Patient resource tells it in place of observations."""
    max_age: Days | None = None
    """Another limit for this feature, such as `"30 days"`."""
    codes: tuple[Code, ...] = ()
    """More codes than those in `task.toml`."""
    annotations: tuple[Text, ...] = ()
    """What may stand in braces in its unit, such as `beats`; a unit with another annotation is not used."""
    asked: tuple[Asked, ...] = ()
    """Questions with coded answers, such as smoking status."""
    genders: Mapping[str, str] = Field(default_factory=dict)
    """By Patient.gender, the feature's category."""
    identity: tuple[Identity, ...] = ()
    """Which US Core race and ethnicity make a category: the first that fits."""


class MeasuredCode(Frozen):
    """A code under which the measured outcome is sent, and the units that its values may have there."""

    loinc: Loinc
    """A LOINC code of the measured outcome."""
    units: Annotated[tuple[Text, ...], Field(min_length=1)]
    """The units of `consultation.toml` that it may come in there, by UCUM code."""


class EhrCodes(Frozen):
    """All that is read from an EHR for a model."""

    max_age: Days
    """How old a value may be: `"365 days"`."""
    panels: tuple[Loinc, ...] = ()
    """LOINC codes of observations whose components are read as observations of their own."""
    features: Annotated[tuple[EhrFeature, ...], Field(alias="feature")] = ()
    """The features that are read; one that is not named is not."""
    measured: tuple[MeasuredCode, ...] = ()
    """The codes of the measured outcome."""
    plausible: tuple[float, float] | None = None
    """Of the measured outcome, in its own unit: the lowest and the highest value that a resource may tell."""

    @classmethod
    def nothing(cls) -> "EhrCodes":
        """Of a model that reads nothing from an EHR."""
        return cls.model_construct(max_age=1)


@dataclass(frozen=True)
class EhrMapping:
    """The features of a model as an EHR knows them; empty where the model has no `ehr.toml`."""

    schema: FeatureSchema
    codes: EhrCodes
    outcome: MeasuredOutcome

    @cached_property
    def by_name(self) -> Mapping[str, EhrFeature]:
        return {one.name: one for one in self.codes.features if one.name in self.schema}

    @cached_property
    def by_loinc(self) -> Mapping[str, str]:
        """The feature of each LOINC code of a value."""
        return {code.loinc: name for name in self.by_name for code in self.codes_of(name)}

    @cached_property
    def asked_by_loinc(self) -> Mapping[str, tuple[str, Asked]]:
        """The feature and the answers of each coded question."""
        return {one.loinc: (name, one) for name, own in self.by_name.items() for one in own.asked}

    @cached_property
    def measured_by_loinc(self) -> Mapping[str, MeasuredCode]:
        return {one.loinc: one for one in self.codes.measured if self._reads_results}

    @property
    def _reads_results(self) -> bool:
        return self.outcome.unit is not None and self.outcome.overrules

    @cached_property
    def body(self) -> tuple[str, str, str] | None:
        """Body mass index, weight and height, where all are in kg and cm: two give the first."""
        bmi, weight, height = (self.with_code(code) for code in (BMI, WEIGHT, HEIGHT))
        if bmi is None or weight is None or height is None:
            return None
        units = [self.schema[name].ucum for name in (bmi, weight, height)]
        return (bmi, weight, height) if units == ["kg/m2", "kg", "cm"] else None

    def in_place_of(self, name: str) -> tuple[str, ...]:
        """The features that give another one where a record has them and not it."""
        return self.body[1:] if self.body and self.body[0] == name else ()

    @cached_property
    def pair(self) -> frozenset[str]:
        """Both blood pressures, where the model has both: one reading tells them together."""
        found = {self.with_code(SYSTOLIC), self.with_code(DIASTOLIC)} - {None}
        return frozenset(name for name in found if name) if len(found) > 1 else frozenset()

    def codes_of(self, name: str) -> tuple[Code, ...]:
        """The codes of a feature that observations tell; none of what the Patient resource does."""
        own = self.by_name[name]
        return () if own.element else (*self.schema[name].codes, *own.codes)

    def max_age_of(self, name: str) -> int:
        """In days."""
        return self.by_name[name].max_age or self.codes.max_age

    def with_code(self, loinc: str) -> str | None:
        """The feature that a LOINC code tells."""
        return self.by_loinc.get(loinc)
