"""What is measured, and how much: a feature as a CodeableConcept, its values as Quantities."""

from app.domain.feature import Feature
from app.domain.schema import FeatureSchema, Value
from app.domain.wording import category_label
from app.fhir.terms import LOINC, UCUM, Json, coding, concept, feature_system

_DOUBTFUL = {"75302-0"}
"""Read where somebody sends it, but not written: what it stands for could not be confirmed."""


def measure(schema: FeatureSchema, feature: Feature) -> Json:
    """The feature by LOINC, where it has a code in its own unit, and by its name in the model."""
    own = coding(feature_system(schema.model.name), feature.name, feature.label)
    return concept(*_loinc(feature), own, text=feature.label)


def quantity(feature: Feature, value: float) -> Json:
    """A number in the feature's unit; by UCUM where that has one for it."""
    told: Json = {"value": round(value, 6)} | ({"unit": feature.unit} if feature.unit else {})
    return told | ({"system": UCUM, "code": feature.ucum} if feature.ucum else {})


def detail(feature: Feature | None, value: Value) -> Json:
    """A value as `detail[x]` of a goal's target; empty where it is not known."""
    if value is None:
        return {}
    if isinstance(value, bool):
        return {"detailBoolean": value}
    if isinstance(value, str):
        known = feature is not None and any(one.value == value for one in feature.categories)
        return {"detailString": category_label(feature, value) if feature and known else value}
    return {"detailQuantity": quantity(feature, value) if feature else {"value": round(value, 6)}}


def _loinc(feature: Feature) -> list[Json]:
    """The first code whose values need no conversion: codes in other units are of other analytes."""
    known = [code.loinc for code in feature.codes if code.factor == 1 and code.loinc not in _DOUBTFUL]
    return [coding(LOINC, one) for one in known[:1]]
