"""RiskAssessment: an estimate as things are, or as they would be.

One of what would be is `preliminary`, of no day, and says "if" wherever it is told: it is no finding.
In R4 a `probabilityDecimal` is a percentage: 61 is 61 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.certainty import Certainty, Observed
from app.domain.wording import line_text, risk_text
from app.fhir.form import Entry, entry_of, instant
from app.fhir.occasion import Occasion
from app.fhir.supposed import HYPOTHETICAL
from app.fhir.terms import ESTIMATE, MODEL, TERMS, Json, coding, concept
from app.usecases.counterfactuals.schemas import ModelOut, PredictionOut

NO_PROMISE = (
    "What a model finds to go together: people with such values have the outcome less often. It is no "
    "promise that the change lowers this person's risk."
)
RULES_NOTHING_OUT = "An estimate is no diagnosis, and a low one never rules the outcome out."
_LABELS = {"high": coding(f"{TERMS}risk-probability", "high", "High likelihood")}
_LABELS["low"] = coding(f"{TERMS}risk-probability", "low", "Low likelihood")


@dataclass(frozen=True, slots=True)
class Estimated:
    """Who estimated, when, and what: the same for all estimates of an answer.

    `overruled`: what counts in place of the estimates, in words; None where nothing does.
    """

    occasion: Occasion
    at: datetime
    model: ModelOut
    device: Entry
    overruled: str | None = None

    @property
    def reference(self) -> str:
        """name@version."""
        return f"{self.model.name}@{self.model.version}"

    @property
    def outcome(self) -> str:
        """What the risk is a risk of, as far as that is known here."""
        schema = self.occasion.schema
        return schema.model.outcome if schema else f"The outcome of the model {self.model.name}"


@dataclass(frozen=True, slots=True)
class Part:
    """What one estimate tells beside its number.

    `supposed`: what it supposes, in words such as "If …"; None of an estimate of what is.
    """

    id: UUID
    supposed: str | None = None
    rationale: str | None = None
    quality: Json | None = None
    mitigation: str | None = None
    basis: Sequence[Json] = ()
    notes: Sequence[str] = ()


def risk_assessment(
    part: Part,
    estimated: Estimated,
    risk: float,
    parent: Entry | None = None,
) -> Entry:
    """One estimate; one of what would be is part of that of what is (`parent`)."""
    notes = [one for one in (estimated.overruled, part.supposed and HYPOTHETICAL, *part.notes) if one]
    headline = _when(part, f"{estimated.outcome}: {risk_text(risk)}")
    return entry_of(
        "RiskAssessment",
        part.id,
        [headline, *notes, part.mitigation, part.rationale],
        parent=parent.reference if parent else None,
        status="preliminary" if part.supposed else "final",
        method=concept(coding(MODEL, estimated.reference), text=_method(part, estimated)),
        code=_code(part),
        subject=estimated.occasion.subject,
        occurrenceDateTime=None if part.supposed else instant(estimated.at),
        performer=estimated.device.reference,
        basis=list(part.basis),
        prediction=[_prediction(part, estimated, risk)],
        mitigation=part.mitigation,
        note=[{"text": note} for note in notes],
    )


def _prediction(part: Part, estimated: Estimated, risk: float) -> Json:
    said = [f"{part.supposed}." if part.supposed else None, part.rationale]
    return {
        "outcome": concept(text=estimated.outcome),
        "probabilityDecimal": percent(risk),
        "qualitativeRisk": part.quality,
        "rationale": " ".join(one for one in said if one),
    }


def _code(part: Part) -> Json:
    if part.supposed:
        hypothetical = coding(ESTIMATE, "hypothetical", "Hypothetical estimate of risk")
        return concept(hypothetical, text=_when(part, "hypothetical estimate of risk"))
    return concept(coding(ESTIMATE, "as-is", "Estimate of risk as things are"))


def _method(part: Part, estimated: Estimated) -> str:
    supposed = part.supposed
    return f"{estimated.reference}, {supposed[0].lower()}{supposed[1:]}" if supposed else estimated.reference


def _when(part: Part, text: str) -> str:
    return f"{part.supposed}: {text}" if part.supposed else text


def percent(risk: float) -> float:
    """A share as a percentage, to a hundredth of a point."""
    return round(100 * risk, 2)


def quality_of(prediction: PredictionOut) -> Json:
    """On which side of the threshold an estimate is; no code where refits do not agree on that."""
    threshold = line_text(prediction.threshold)
    if prediction.certainty is Certainty.UNCLEAR:
        return concept(text=f"Unclear: refits of the model lie on both sides of its threshold, {threshold}")
    side = "Above" if prediction.label == "high" else "At or below"
    codes = [_LABELS[prediction.label]] if prediction.label in _LABELS else []
    return concept(*codes, text=f"{side} the model's threshold, {threshold}")


def rationale_of(prediction: PredictionOut) -> str | None:
    """How sure an estimate is, in words; None where that is not on record."""
    said = []
    if prediction.band is not None:
        low, high = prediction.band
        said.append(f"Nine of ten refits of the model estimate {risk_text(low)} to {risk_text(high)}.")
    if prediction.observed is not None:
        said.append(_observed(prediction.observed))
    return " ".join(said) or None


def _observed(observed: Observed) -> str:
    return (
        f"Of {observed.people} held out with such estimates, {risk_text(observed.share)} had the "
        f"outcome (95 % interval {risk_text(observed.low)} to {risk_text(observed.high)})."
    )
