"""FHIR R4 resources around measured values, written by hand: every name in them is invented, and says so."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Json = dict[str, Any]

TOLD_ON = date(2026, 11, 1)
"""The day that the files are told as of. NHANES has no dates: all are made up, and the mock moves them."""
LOINC, UCUM, SNOMED = "http://loinc.org", "http://unitsofmeasure.org", "http://snomed.info/sct"
_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
_TERMS = "http://terminology.hl7.org/CodeSystem/"
_OMB = "urn:oid:2.16.840.1.113883.6.238"
NUMBERING = "urn:nhanes:2017-2018:seqn"
TEST_DATA: Json = {
    "security": [{"system": f"{_TERMS}v3-ActReason", "code": "HTEST", "display": "test health data"}],
    "tag": [{"system": "urn:turnpoint:mock-ehr", "code": "synthetic-envelope"}],
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What an observation is of: code, words, category."""

    code: str
    display: str
    category: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its UCUM code, and the unit as people write it."""

    value: float
    ucum: str
    unit: str

    def quantity(self) -> Json:
        return {"value": self.value, "unit": self.unit, "system": UCUM, "code": self.ucum}


HEIGHT = Kind("8302-2", "Body height", "vital-signs")
WEIGHT = Kind("29463-7", "Body weight", "vital-signs")
BMI = Kind("39156-5", "Body mass index (BMI) [Ratio]", "vital-signs")
WAIST = Kind("8280-0", "Waist Circumference at umbilicus by Tape measure", "vital-signs")
PULSE = Kind("8867-4", "Heart rate", "vital-signs")
CHOLESTEROL = Kind("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "laboratory")
HDL = Kind("2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma", "laboratory")
CHOLESTEROL_MOLES = Kind("14647-2", "Cholesterol [Moles/volume] in Serum or Plasma", "laboratory")
HDL_MOLES = Kind("14646-4", "Cholesterol in HDL [Moles/volume] in Serum or Plasma", "laboratory")
HBA1C = Kind("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "laboratory")
HBA1C_IFCC = Kind("59261-8", "Hemoglobin A1c/Hemoglobin.total in Blood by IFCC protocol", "laboratory")
SMOKING = Kind("72166-2", "Tobacco smoking status", "social-history")
CIGARETTES = Kind("64218-1", "How many cigarettes do you smoke per day now", "social-history")
PANEL = Kind("85354-9", "Blood pressure panel with all children optional", "vital-signs")
OLD_PANEL = Kind("55284-4", "Blood pressure systolic and diastolic", "vital-signs")

_SMOKING = {
    "never": ("266919005", "Never smoked tobacco"),
    "former": ("8517006", "Ex-smoker"),
    "some days": ("428041000124106", "Occasional tobacco smoker"),
    "every day": ("449868002", "Smokes tobacco daily"),
}
_RACES = {
    "non_hispanic_white": ("2106-3", "White"),
    "non_hispanic_black": ("2054-5", "Black or African American"),
    "non_hispanic_asian": ("2028-9", "Asian"),
    "other": ("2131-1", "Other Race"),
}
HISPANIC, NOT_HISPANIC = ("2135-2", "Hispanic or Latino"), ("2186-5", "Not Hispanic or Latino")
MEXICAN_AMERICAN = ("2149-3", "Mexican American")


def patient(id: str, number: int, sex: str, born: date, background: list[Json]) -> Json:
    """Somebody under an invented name."""
    told: Json = {
        "resourceType": "Patient",
        "id": id,
        "meta": TEST_DATA,
        "identifier": [{"system": NUMBERING, "value": str(number)}],
        "active": True,
        "name": [
            {
                "use": "anonymous",
                "text": f"Synthetic {id.title()}",
                "family": id.title(),
                "given": ["Synthetic"],
            }
        ],
        "gender": sex,
        "birthDate": born.isoformat(),
    }
    return told | ({"extension": background} if background else {})


def race(ethnicity: str) -> Json:
    """US Core race; unknown for those of whom NHANES says Hispanic alone."""
    if ethnicity not in _RACES:
        unknown = {"system": f"{_TERMS}v3-NullFlavor", "code": "UNK", "display": "Unknown"}
        return _background("race", [("ombCategory", unknown)], "Unknown")
    return _background("race", [("ombCategory", _omb(_RACES[ethnicity]))], _RACES[ethnicity][1])


def race_as_hispanic() -> Json:
    """A race that is none: some records hold the code of an ethnicity here."""
    return _background("race", [("ombCategory", _omb(HISPANIC))], HISPANIC[1])


def ethnic_background(ethnicity: str) -> Json:
    """US Core ethnicity."""
    if ethnicity == "mexican_american":
        parts = [("ombCategory", _omb(HISPANIC)), ("detailed", _omb(MEXICAN_AMERICAN))]
        return _background("ethnicity", parts, MEXICAN_AMERICAN[1])
    code = HISPANIC if ethnicity == "other_hispanic" else NOT_HISPANIC
    return _background("ethnicity", [("ombCategory", _omb(code))], code[1])


def measured(id: str, subject: str, kind: Kind, amount: Amount, day: date, status: str = "final") -> Json:
    """One number, taken on a day."""
    return _observation(id, subject, kind, day, status) | {"valueQuantity": amount.quantity()}


def pressure(
    id: str, subject: str, panel: Kind, reading: tuple[int, int], day: date, status: str = "final"
) -> Json:
    """A reading of blood pressure, by component."""
    parts = zip(
        (("8480-6", "Systolic blood pressure"), ("8462-4", "Diastolic blood pressure")), reading, strict=True
    )
    components = [
        {"code": _coded(LOINC, code, display), "valueQuantity": Amount(value, "mm[Hg]", "mmHg").quantity()}
        for (code, display), value in parts
    ]
    return _observation(id, subject, panel, day, status) | {"component": components}


def smoking_status(id: str, subject: str, smokes: str, day: date) -> Json:
    """Never, former or current, as the US Core profile has it."""
    code, display = _SMOKING[smokes]
    return _observation(id, subject, SMOKING, day, "final") | {
        "valueCodeableConcept": _coded(SNOMED, code, display)
    }


def obesity(id: str, subject: str, since: date, clinical: str) -> Json:
    """A problem that follows from a measured body mass index of 30 or more."""
    return {
        "resourceType": "Condition",
        "id": id,
        "meta": TEST_DATA,
        "clinicalStatus": _coded(f"{_TERMS}condition-clinical", clinical, clinical.title()),
        "verificationStatus": _coded(f"{_TERMS}condition-ver-status", "confirmed", "Confirmed"),
        "category": [_coded(f"{_TERMS}condition-category", "problem-list-item", "Problem List Item")],
        "code": _coded(SNOMED, "414916001", "Obesity"),
        "subject": {"reference": f"Patient/{subject}"},
        "onsetDateTime": since.isoformat(),
    }


def encounter(id: str, subject: str) -> Json:
    """Today's visit, on which the chart is open."""
    return {
        "resourceType": "Encounter",
        "id": id,
        "meta": TEST_DATA,
        "status": "in-progress",
        "class": {"system": f"{_TERMS}v3-ActCode", "code": "AMB", "display": "ambulatory"},
        "subject": {"reference": f"Patient/{subject}"},
        "period": {"start": TOLD_ON.isoformat()},
    }


def days_before(days: int) -> date:
    return TOLD_ON - timedelta(days=days)


def _observation(id: str, subject: str, kind: Kind, day: date, status: str) -> Json:
    return {
        "resourceType": "Observation",
        "id": id,
        "meta": TEST_DATA,
        "status": status,
        "category": [_coded(f"{_TERMS}observation-category", kind.category, kind.category)],
        "code": _coded(LOINC, kind.code, kind.display),
        "subject": {"reference": f"Patient/{subject}"},
        "effectiveDateTime": day.isoformat(),
    }


def _coded(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def _omb(code: tuple[str, str]) -> Json:
    return {"system": _OMB, "code": code[0], "display": code[1]}


def _background(what: str, parts: list[tuple[str, Json]], text: str) -> Json:
    said = [{"url": url, "valueCoding": coding} for url, coding in parts]
    return {"url": f"{_CORE}{what}", "extension": [*said, {"url": "text", "valueString": text}]}
