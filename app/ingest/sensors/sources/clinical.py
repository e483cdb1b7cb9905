"""AI-READI's clinical rows: one value a person, found by the source's own variable.

A row is found by the text before the first comma of its source value. Concept ids would not do: both readings
of a blood pressure share one, haemoglobin has had two, and some are mapped wrongly in the release itself.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.tables import rows_of
from app.parsing.numbers import NumberError, read_number

_SENTINELS = frozenset({555.0, 777.0, 888.0, 999.0})
_LIKERT = frozenset({99.0})
_BELOW = "4171756"
"""The operator "<": the laboratory could not measure it."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A value of a person."""

    name: str
    """The column of ours."""
    source: str
    """The variable of the source, in small letters."""
    label: str
    unit: str
    low: float
    high: float
    also: tuple[str, ...] = ()
    """What versions 1 and 2 call it."""
    table: str = "measurement"


VARIABLES: tuple[Variable, ...] = (
    Variable("height", "height_vsorres", "height", "cm", 100, 230, ("height (cm)",)),
    Variable("weight", "weight_vsorres", "weight", "kg", 25, 350),
    Variable("bmi", "bmi_vsorres", "body mass index", "kg/m²", 10, 100, ("bmi",)),
    Variable("waist", "waist_vsorres", "waist circumference", "cm", 40, 250),
    Variable("hip", "hip_vsorres", "hip circumference", "cm", 40, 250),
    Variable("waist_hip_ratio", "whr_vsorres", "ratio of waist to hip", "", 0.3, 3),
    Variable("sbp_first", "bp1_sysbp_vsorres", "systolic blood pressure, first", "mmHg", 60, 280),
    Variable("sbp_second", "bp2_sysbp_vsorres", "systolic blood pressure, second", "mmHg", 60, 280),
    Variable("dbp_first", "bp1_diabp_vsorres", "diastolic blood pressure, first", "mmHg", 30, 180),
    Variable("dbp_second", "bp2_diabp_vsorres", "diastolic blood pressure, second", "mmHg", 30, 180),
    Variable("pulse_first", "pulse_vsorres", "pulse, first", "beats/min", 25, 250),
    Variable("pulse_second", "pulse_vsorres_2", "pulse, second", "beats/min", 25, 250),
    Variable("hba1c", "import_hba1c", "HbA1c", "%", 3, 20, ("hba1c (%)",)),
    Variable("glucose_lab", "import_glucose", "glucose in blood", "mg/dL", 20, 800, ("glucose (mg/dl)",)),
    Variable("insulin", "import_insulin", "insulin", "ng/mL", 0, 50),
    Variable("c_peptide", "import_c_peptide", "C-peptide", "ng/mL", 0, 50),
    Variable("crp", "import_crp_hs", "C-reactive protein", "mg/L", 0, 500),
    Variable("total_cholesterol", "import_total_cholesterol", "total cholesterol", "mg/dL", 50, 600),
    Variable(
        "triglycerides",
        "import_triglycerides",
        "triglycerides",
        "mg/dL",
        10,
        5000,
        ("triglycerides (mg/dl)",),
    ),
    Variable("hdl", "import_hdl_cholesterol", "HDL cholesterol", "mg/dL", 5, 200),
    Variable("ldl", "import_ldl_cholesterol", "LDL cholesterol", "mg/dL", 5, 500),
    Variable("creatinine", "import_creatinine", "creatinine", "mg/dL", 0.1, 20),
    Variable("urea_nitrogen", "import_bun", "urea nitrogen", "mg/dL", 1, 200),
    Variable("urine_albumin", "import_urine_albumin", "albumin in urine", "mg/dL", 0, 2000),
    Variable("urine_creatinine", "import_urine_creatinine", "creatinine in urine", "mg/dL", 1, 1000),
    Variable("nt_probnp", "import_nt_probnp", "NT-proBNP", "pg/mL", 0, 70_000),
    Variable("troponin_t", "import_troponin_t", "troponin T", "ng/L", 0, 10_000),
    Variable("haemoglobin", "lbscat_a1c", "haemoglobin, not HbA1c", "g/dL", 3, 25),
    Variable("moca", "moca_total_score", "cognition by MoCA", "", 0, 30),
    Variable("cesd", "cestl", "depressive symptoms by CES-D-10", "", 0, 30, (), "observation"),
    Variable("paid", "paidscore", "distress of diabetes by PAID-5", "", 0, 100, (), "observation"),
    Variable("education", "years_of_education", "years of education", "years", 0, 40, (), "observation"),
    Variable("diet_score", "dietscore", "score of diet", "", 0, 50, (), "observation"),
)
_BY_SOURCE = {(one.table, key): one for one in VARIABLES for key in (one.source, *one.also)}


def clinical_facts(root: Path, losses: Losses) -> dict[str, dict[str, float]]:
    """By person, what the tables of measurements and observations say; their mean where rows repeat."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for table in ("measurement", "observation"):
        where = f"clinical_data/{table}.csv"
        if not (root / where).is_file():
            continue
        for line, row in rows_of(root, where, ",", losses):
            key = row.get(f"{table}_source_value", "").split(",")[0].strip().lower()
            variable = _BY_SOURCE.get((table, key))
            if variable is None:
                continue
            value = _value(variable, row)
            if isinstance(value, Reason):
                losses.add(where, value, place=f"line {line}")
            elif not math.isnan(value):
                found[row.get("person_id", "")][variable.name].append(value)
    told = {}
    for person, values in found.items():
        told[person] = {name: sum(several) / len(several) for name, several in values.items()}
        repeated = sum(len(several) > 1 for several in values.values())
        losses.add(f"person {person}", Reason.REPEATED_ROW, repeated)
    return told


def _value(variable: Variable, row: dict[str, str]) -> float | Reason:
    """The number of a row; NaN where it has none."""
    text = row.get("value_as_number", "")
    if text in {"", "None", "NA", "nan"}:
        return math.nan
    if row.get("operator_concept_id") == _BELOW:
        return Reason.CENSORED
    try:
        value = read_number(text)
    except NumberError:
        return Reason.NOT_A_NUMBER
    if value in _SENTINELS or (value in _LIKERT and variable.high < 99):
        return Reason.REFUSED_ANSWER
    return value if variable.low <= value <= variable.high else Reason.OUT_OF_RANGE
