"""What risk a question asked for, in words: a risk not to be exceeded, or a fall of the risk."""

from app.domain.target import TargetKind
from app.faces.http.pages.rendering import risk_words
from app.faces.pages.patient.views.formatting import NO_BREAK
from app.storage.tables import AnswerRow

_PRESENT = "of the present risk"
_OWN_START = "each refit and draw is asked from its own start"


def fall_asked(row: AnswerRow) -> str | None:
    """By how much the risk was to fall: "5 % of the present risk"; None where a risk was asked for.

    Answers from before targets were recorded as asked tell a risk.
    """
    asked = row.target_asked or {}
    if (share := asked.get(TargetKind.RELATIVE_REDUCTION)) is not None:
        return f"{100 * share:g}{NO_BREAK}% {_PRESENT}"
    if (share := asked.get(TargetKind.ABSOLUTE_REDUCTION)) is not None:
        return f"{100 * share:g} point{'' if round(share, 6) == 0.01 else 's'}"
    return None


def target_text(row: AnswerRow) -> str | None:
    """What was asked for, as a sentence without its stop; None where it was the model's own threshold."""
    target, threshold, fall = row.target, row.prediction.threshold, fall_asked(row)
    if fall is not None:
        here = risk_words(target, row.prediction.risk)
        return f"The question asked for a fall by {fall} (to {here} or below here); {_OWN_START}"
    if round(target, 4) == round(threshold, 4):
        return None
    return f"The question asked for a risk of at most {risk_words(target)}"


def own_start_text(row: AnswerRow, high: float | None) -> str | None:
    """What "holds" means of an option whose band ends above the target, where a fall was asked for.

    `high` is the upper end of its band, in per cent; None where it is not known.
    """
    fall = fall_asked(row)
    if fall is None or high is None or high <= 100 * row.target:
        return None
    own = fall.replace(_PRESENT, "of its own start") if _PRESENT in fall else f"{fall} from its own start"
    return (
        f"Its band reaches above {risk_words(row.target, high / 100)}. To hold means here that a refit or "
        f"draw falls by {own}."
    )
