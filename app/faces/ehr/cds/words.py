"""Words that parts of a card have in common, and how they stand in Markdown."""

from app.domain.certainty import Band
from app.domain.measurement import value_text
from app.domain.wording import risk_text
from app.faces.ehr.cds.state import Told
from app.ingest.fhir.record import FeatureSource

_SPECIAL = str.maketrans({one: f"\\{one}" for one in "\\`*_[]<>|#~"})


def plain(text: str) -> str:
    """Text as Markdown that shows it as it is, on one line."""
    return " ".join(text.split()).translate(_SPECIAL)


def band_text(band: Band) -> str:
    """Where refits put the risk: "52 to 69 %"."""
    low, high = (risk_text(end) for end in band)
    return f"{low.removesuffix(' %')} to {high}"


def result_text(told: Told) -> str:
    """A measured result: "HbA1c 7.5 %"; of one without a value what it found."""
    found, measured = told.measured, told.consultation.measured
    assert found is not None
    if found.value is None:
        return f"{measured.label} {'present' if found.has_outcome else 'absent'}"
    return f"{measured.label} {value_text(measured, found.value)}"


def is_measured(source: FeatureSource) -> bool:
    """Whether an observation tells a value: an age is worked out anew each day."""
    return source.reference is not None and not source.reference.startswith("Patient/")


def newest_day(told: Told) -> str:
    """Up to which day the values are that the model saw."""
    days = [one.effective for one in told.answer.provenance.values() if one.effective and is_measured(one)]
    measured = [str(told.measured.measured_on)] if told.measured else []
    return max([*days, *measured], default="an unknown date")
