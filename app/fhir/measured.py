"""What tells of a measured outcome, and of resources that were not used."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from app.classifiers.model_version import ModelVersion
from app.engine.registry import consultation_of
from app.fhir.form import Entry, identity_of, plain_entry
from app.fhir.terms import NOT_USED, coding, concept
from app.ingest.fhir.record import MeasuredResult, NotUsed


def measured_text(measured: MeasuredResult, hosted: ModelVersion | None, day: date) -> str:
    """The newest result in a sentence, and whether it counts in place of the estimate of that day."""
    of_model = consultation_of(hosted).measured if hosted else None
    known = of_model.label if of_model else "The outcome"
    number = (
        "" if measured.value is None else f" {measured.value:g}{f' {measured.unit}' if measured.unit else ''}"
    )
    finding = "shows the outcome" if measured.has_outcome else "does not show the outcome"
    told = measured.measured_on, measured.value, measured.has_outcome
    counts = of_model is None or of_model.counts_on(day, *told)
    too_old = of_model is not None and of_model.overrules and not counts
    weight = "It counts in" if counts else "It is too old to count in" if too_old else "It does not count in"
    return (
        f"Measured on {measured.measured_on.isoformat()}: {known}{number}, which {finding}. {weight} "
        f"place of the estimate, which does not use it."
    )


def not_used_outcome(owner: UUID, not_used: Sequence[NotUsed]) -> list[Entry]:
    """An OperationOutcome that tells of each resource why it was not used; nothing where all were."""
    if not not_used:
        return []
    texts = [_sentence(one) for one in not_used]
    issues = [
        {
            "severity": "information",
            "code": "informational",
            "details": concept(coding(NOT_USED, str(one.reason)), text=text),
            "diagnostics": one.reference,
        }
        for one, text in zip(not_used, texts, strict=True)
    ]
    return [plain_entry("OperationOutcome", identity_of(owner, "not-used"), texts, issue=issues)]


def _sentence(one: NotUsed) -> str:
    feature = f" ({one.feature})" if one.feature else ""
    many = f" {one.count} resources." if one.count > 1 else ""
    return f"{one.detail}{feature}{many}"
