"""Why clinicians do not follow a card: HL7's codes, and what they come to among our own reasons."""

from collections.abc import Mapping

from app.fhir.terms import TERMS, Json, coding
from app.usecases.feedback.reasons import Reason

SYSTEM = f"{TERMS}non-adherence-reason-codes"
_OFFERED: Mapping[str, tuple[str, Reason]] = {
    "patient-ineligible": ("Patient does not meet eligibility for recommended action", Reason.UNSUITABLE),
    "action-completed": ("Recommended action was already completed", Reason.UNDER_WAY),
    "action-unsuccessful": ("Recommended action was previously unsuccessful", Reason.TRIED_BEFORE),
    "patient-contraindication": ("Patient has contraindication to recommended action", Reason.UNSUITABLE),
    "risk-benefit-ratio": ("Recipient assessment of risk/benefit ratio", Reason.UNSUITABLE),
    "comorbidity-disability": (
        "Patient has co-morbidity or disability that hinders them from completing recommended action",
        Reason.UNSUITABLE,
    ),
    "inadequate-support": ("Patient has inadequate caregiver/social support", Reason.NOT_FEASIBLE),
    "too-costly-uncovered": (
        "Recommended action is too costly or not covered by insurance",
        Reason.NOT_FEASIBLE,
    ),
    "patient-does-not-want-change": (
        "Patient does not want to change behavior or believes the change is unnecessary",
        Reason.PREFERENCE,
    ),
    "prefers-alternative": ("Patient prefers an alternative approach or treatment", Reason.PREFERENCE),
    "patient-refuses": ("Patient refuses/declines (no context given)*", Reason.PREFERENCE),
    "need-more-info": (
        "Could not address recommended action due to need for more information/pending results/pending "
        "consult",
        Reason.OTHER,
    ),
    "does-not-align-latest-evidence": (
        "Recommended action does not align with the latest evidence",
        Reason.NOT_CONVINCED,
    ),
    "recipient-does-not-trust": (
        "Recipient does not agree with or trust the recommended action",
        Reason.NOT_CONVINCED,
    ),
    "action-not-priority": (
        "Recommended action is not relevant or a priority in current state of health",
        Reason.OTHER,
    ),
    "limited-time": ("Could not address recommended action due to limited time", Reason.OTHER),
}
"""By code: HL7's display, to the letter, and the reason that is recorded."""
_NOT_OFFERED: Mapping[str, Reason] = {
    "indication-order-exists": Reason.UNDER_WAY,
    "expert-contradicts": Reason.NOT_CONVINCED,
    "policy-contradicts": Reason.NOT_CONVINCED,
    "mitigate-risk-negative-outcome": Reason.UNSUITABLE,
    "likely-negative-health-outcomes": Reason.UNSUITABLE,
    "patient-fears-discomfort": Reason.PREFERENCE,
    "cultural-religious-reason": Reason.PREFERENCE,
    "service-not-available": Reason.NOT_FEASIBLE,
    "implementation-challenges": Reason.NOT_FEASIBLE,
    "recipient-does-not-understand": Reason.NOT_FEASIBLE,
}
"""Codes of the same system that EHRs may offer themselves."""


def override_reasons() -> list[Json]:
    """As cards offer them."""
    return [coding(SYSTEM, code, display) for code, (display, _) in _OFFERED.items()]


def reason_of(system: str | None, code: str | None) -> Reason:
    """The reason that a code stands for; another one where it is of another system, or not known."""
    if system != SYSTEM or code is None:
        return Reason.OTHER
    return _OFFERED[code][1] if code in _OFFERED else _NOT_OFFERED.get(code, Reason.OTHER)


def display_of(system: str | None, code: str | None) -> str | None:
    """What a code means, in HL7's words; None of what is not offered here."""
    return _OFFERED[code][0] if system == SYSTEM and code is not None and code in _OFFERED else None
