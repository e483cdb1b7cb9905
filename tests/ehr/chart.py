"""The chart of a participant: which of the measured values are on file, in which unit, and since when."""

from datetime import date

from tests.ehr import resources as fhir
from tests.ehr.participants import Participant
from tests.ehr.resources import Amount, Json, Kind, days_before

_CM_PER_INCH, _KG_PER_POUND, _MG_PER_MMOL = 2.54, 0.45359237, 38.67


class Chart:
    """A record that grows by what is put on file; dates are days before the day it is told as of."""

    def __init__(self, id: str, person: Participant, background: list[Json] | None = None) -> None:
        """Without a `background` of its own, race and ethnicity as NHANES has them."""
        self.id, self.person = id, person
        said = [fhir.race(person.ethnicity), fhir.ethnic_background(person.ethnicity)]
        born = date(fhir.TOLD_ON.year - person.age, 3, 1)
        extensions = said if background is None else background
        self._resources: list[Json] = [
            fhir.patient(id, person.number, person.sex, born, extensions),
            fhir.encounter(f"{id}-visit", id),
        ]

    @property
    def resources(self) -> list[Json]:
        """All of it, one by one."""
        return list(self._resources)

    @property
    def bundle(self) -> Json:
        """All of it, as a collection."""
        entries = [
            {"fullUrl": f"http://mock-ehr.invalid/fhir/{one['resourceType']}/{one['id']}", "resource": one}
            for one in self._resources
        ]
        return {"resourceType": "Bundle", "id": self.id, "type": "collection", "entry": entries}

    def body(self, days: int) -> "Chart":
        """Height, weight and body mass index, metric."""
        person = self.person
        self._measure("height", fhir.HEIGHT, Amount(person.height_cm, "cm", "cm"), days)
        self._measure("weight", fhir.WEIGHT, Amount(person.weight_kg, "kg", "kg"), days)
        return self._measure("bmi", fhir.BMI, Amount(person.bmi, "kg/m2", "kg/m2"), days)

    def body_in_pounds(self, days: int) -> "Chart":
        """Height in inches and weight in pounds, and no body mass index."""
        inches, pounds = self.person.height_cm / _CM_PER_INCH, self.person.weight_kg / _KG_PER_POUND
        self._measure("height", fhir.HEIGHT, Amount(round(inches, 1), "[in_i]", "in"), days)
        return self._measure("weight", fhir.WEIGHT, Amount(round(pounds, 1), "[lb_av]", "lb"), days)

    def mistyped_weight(self, days: int) -> "Chart":
        """The weight with its point lost, taken back as entered in error."""
        slip = Amount(round(self.person.weight_kg * 10), "kg", "kg")
        return self._measure("weight-mistyped", fhir.WEIGHT, slip, days, "entered-in-error")

    def waist(self, days: int) -> "Chart":
        return self._measure("waist", fhir.WAIST, Amount(_known(self.person.waist_cm), "cm", "cm"), days)

    def pulse(self, days: int) -> "Chart":
        return self._measure("pulse", fhir.PULSE, Amount(_known(self.person.pulse), "/min", "/min"), days)

    def pressure(
        self, days: int, panel: Kind = fhir.PANEL, reading: int = -1, status: str = "final"
    ) -> "Chart":
        """A reading of blood pressure, the last unless told."""
        name = f"{self.id}-pressure-{days}"
        taken = self.person.pressures[reading]
        return self.put(fhir.pressure(name, self.id, panel, taken, days_before(days), status))

    def lipids(self, days: int) -> "Chart":
        """Total and HDL cholesterol in mg/dL."""
        total, hdl = _known(self.person.total_cholesterol), _known(self.person.hdl_cholesterol)
        self._measure("cholesterol", fhir.CHOLESTEROL, Amount(total, "mg/dL", "mg/dL"), days)
        return self._measure("hdl", fhir.HDL, Amount(hdl, "mg/dL", "mg/dL"), days)

    def lipids_in_moles(self, days: int) -> "Chart":
        """The same in mmol/L."""
        total, hdl = _known(self.person.total_cholesterol), _known(self.person.hdl_cholesterol)
        moles = [Amount(round(value / _MG_PER_MMOL, 2), "mmol/L", "mmol/L") for value in (total, hdl)]
        self._measure("cholesterol", fhir.CHOLESTEROL_MOLES, moles[0], days)
        return self._measure("hdl", fhir.HDL_MOLES, moles[1], days)

    def hba1c(self, days: int) -> "Chart":
        """In percent (NGSP)."""
        return self._measure("hba1c", fhir.HBA1C, Amount(self.person.hba1c, "%", "%"), days)

    def hba1c_ifcc(self, days: int) -> "Chart":
        """In mmol/mol (IFCC), by the master equation NGSP = 0.09148 IFCC + 2.152."""
        moles = round((self.person.hba1c - 2.152) / 0.09148)
        return self._measure("hba1c", fhir.HBA1C_IFCC, Amount(moles, "mmol/mol", "mmol/mol"), days)

    def preliminary_cholesterol(self, days: int) -> "Chart":
        """The measured total cholesterol as a result that is not final yet."""
        total = Amount(_known(self.person.total_cholesterol), "mg/dL", "mg/dL")
        return self._measure("cholesterol-preliminary", fhir.CHOLESTEROL, total, days, "preliminary")

    def smoking(self, days: int) -> "Chart":
        """The smoking status, which counts no cigarettes."""
        status = self.person.smoking
        return self.put(fhir.smoking_status(f"{self.id}-smoking", self.id, status, days_before(days)))

    def cigarettes(self, days: int) -> "Chart":
        count = Amount(_known(self.person.cigarettes), "/d", "/d")
        return self._measure("cigarettes", fhir.CIGARETTES, count, days)

    def obesity(self, days: int, clinical: str = "active") -> "Chart":
        return self.put(fhir.obesity(f"{self.id}-obesity", self.id, days_before(days), clinical))

    def _measure(self, name: str, kind: Kind, amount: Amount, days: int, status: str = "final") -> "Chart":
        one = fhir.measured(f"{self.id}-{name}", self.id, kind, amount, days_before(days), status)
        return self.put(one)

    def put(self, resource: Json) -> "Chart":
        """Add any resource."""
        self._resources.append(resource)
        return self


def _known(value: float | None) -> float:
    """A value that the chosen participant has.

    Raises:
        LookupError: they have not.
    """
    if value is None:
        raise LookupError("the participant was not measured so")
    return value
