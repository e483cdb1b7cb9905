"""Reading `ehr.toml`: what of an EHR's record fills a model's features, whichever version is asked."""

from collections.abc import Iterator
from pathlib import Path

from app.classifiers.folder import refuse
from app.classifiers.toml_files import read_as
from app.domain.consultation import Consultation
from app.domain.ehr import EhrCodes, EhrFeature
from app.domain.feature import Feature, Kind
from app.domain.measurement import units_of
from app.domain.schema import FeatureSchema

EHR = "ehr.toml"
_LISTED = {"feature": ("name",), "measured": ("loinc",)}


def read_ehr(
    folder: Path, schema: FeatureSchema, consultation: Consultation | None, is_newest: bool = True
) -> EhrCodes | None:
    """What a model's folder says; None where it has no such file.

    The file is about the newest version: an older one may lack features that it names.

    Raises:
        ModelFolderError: the file says something that cannot be.
    """
    path = folder / EHR
    if not path.exists():
        return None
    codes = read_as(path, EhrCodes, _LISTED, "mapping of an EHR", "cannot be used")
    refuse(ehr_faults(codes, schema if is_newest else None, consultation), f"{path} cannot be used: ")
    return codes


def ehr_faults(
    codes: EhrCodes, schema: FeatureSchema | None, consultation: Consultation | None
) -> Iterator[str]:
    """What does not go together, by place; with a schema, also what that does not have."""
    names = [one.name for one in codes.features]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"feature.{name}: there are two of this name"
    units = units_of(consultation.measured) if consultation else ()
    for measured in codes.measured:
        for unit in measured.units:
            if unit not in units:
                yield f"measured.{measured.loinc}: {unit} is no unit of the measured outcome"
    loincs = [one.loinc for one in codes.measured]
    loincs += [asked.loinc for own in codes.features for asked in own.asked]
    for feature in codes.features:
        if schema is not None and feature.name not in schema:
            yield f"feature.{feature.name}: is no feature of the model"
            continue
        own = schema[feature.name] if schema is not None else None
        yield from _faults_of(feature, own)
        added = () if feature.element else feature.codes
        loincs += sorted(
            {code.loinc for code in (*(own.codes if own and not feature.element else ()), *added)}
        )
    for loinc in sorted({loinc for loinc in loincs if loincs.count(loinc) > 1}):
        yield f"the code {loinc} tells two things"


def _faults_of(mapped: EhrFeature, feature: Feature | None) -> Iterator[str]:
    place = f"feature.{mapped.name}"
    if mapped.element and (mapped.codes or mapped.asked):
        yield f"{place}: comes from the patient or from observations, not from both"
    if feature is None:
        return
    if mapped.element == "birth_date" and not feature.is_numeric:
        yield f"{place}: is no number, and an age is one"
    told: list[object] = [*mapped.genders.values(), *(one.value for one in mapped.identity)]
    answers = [answer for asked in mapped.asked for answer in asked.answer]
    told += [value for one in answers for value in (one.value, one.rules_out) if value is not None]
    for value in told:
        if not _is_value_of(feature, value):
            yield f"{place}: {value} is no value of it"
    for answer in answers:
        if (answer.value is None) == (answer.rules_out is None):
            yield f"{place}: the answer {answer.code} either has a value or rules one out"


def _is_value_of(feature: Feature, value: object) -> bool:
    if feature.kind is Kind.CATEGORY:
        return value in [one.value for one in feature.categories]
    if feature.kind is Kind.BOOLEAN:
        return isinstance(value, bool)
    low, high = feature.clinical or (0, 0)
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
