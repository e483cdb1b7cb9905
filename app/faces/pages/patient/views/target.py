"""What risk a question asked for, in words: a risk not to be exceeded, or a fall of the risk."""

from app.domain.target import TargetKind
from app.faces.http.pages.rendering import line_words, risk_words
from app.faces.http.pages.translation import gettext as _
from app.faces.http.pages.translation import ngettext
from app.faces.pages.patient.views.formatting import NO_BREAK
from app.storage.tables import AnswerRow


def fall_asked(row: AnswerRow) -> str | None:
    """By how much the risk was to fall: "5 % of the present risk"; None where a risk was asked for.

    Answers from before targets were recorded as asked tell a risk.
    """
    asked = row.target_asked or {}
    if (share := asked.get(TargetKind.RELATIVE_REDUCTION)) is not None:
        return _("%(share)s of the present estimate", share=_per_cent(share))
    if (share := asked.get(TargetKind.ABSOLUTE_REDUCTION)) is not None:
        return _points(share)
    return None


def _per_cent(share: float) -> str:
    return f"{100 * share:g}{NO_BREAK}%"


def _points(share: float) -> str:
    """One point is one alone: 0.5 and 1.5 are points."""
    one_or_more = 1 if round(share, 6) == 0.01 else 2
    return ngettext("%(points)s point", "%(points)s points", one_or_more, points=f"{100 * share:g}")


def target_text(row: AnswerRow) -> str | None:
    """What was asked for, as a sentence without its stop; None where it was the model's own threshold."""
    target, threshold, fall = row.target, row.prediction.threshold, fall_asked(row)
    if fall is not None:
        here = risk_words(target, row.prediction.risk)
        return _(
            "The question asked for a fall by %(fall)s (to %(here)s or below here); each check counts it "
            "from its own start",
            fall=fall,
            here=here,
        )
    if round(target, 4) == round(threshold, 4):
        return None
    return _("The question asked for an estimate of at most %(target)s", target=line_words(target))


def own_start_text(row: AnswerRow, high: float | None) -> str | None:
    """What "holds" means of an option whose band ends above the target, where a fall was asked for.

    `high` is the upper end of its band, in per cent; None where it is not known.
    """
    asked = row.target_asked or {}
    if fall_asked(row) is None or high is None or high <= 100 * row.target:
        return None
    line = line_words(row.target, high / 100)
    if (share := asked.get(TargetKind.RELATIVE_REDUCTION)) is not None:
        return _(
            "It could be above %(line)s. To hold means here that in a check the estimate falls by %(share)s "
            "of its own start.",
            line=line,
            share=_per_cent(share),
        )
    return _(
        "It could be above %(line)s. To hold means here that in a check the estimate falls by %(fall)s from "
        "its own start.",
        line=line,
        fall=fall_asked(row),
    )
