"""The one sentence of a card, shorter than 140 characters."""

from app.domain.wording import line_text, risk_text
from app.faces.ehr.cds.state import Standing, Told
from app.faces.ehr.cds.words import band_text, result_text

MOST = 139
_ONE, _SEVERAL = "way to lower the estimated risk", "ways to lower the estimated risk"


def summary_of(told: Told, title: str) -> str:
    """The sentence; a title that is too long gives way."""
    rest = f": {_says(told)}{_offers(told)}."
    return _cut(title, MOST - len(rest)) + rest if len(rest) < MOST else _cut(title + rest, MOST)


def _says(told: Told) -> str:
    made = told.answer.prediction
    estimate, line = f"estimated chance {risk_text(made.risk)}", line_text(made.threshold)
    if told.standing in (Standing.SHOWN, Standing.NOT_SHOWN) and told.measured and told.finding:
        return f"{result_text(told)} on {told.measured.measured_on}, {told.finding.says}"
    if told.standing is Standing.ABOVE:
        return f"{estimate}, above {line}"
    between = f" ({band_text(made.band)})" if made.band else ""
    if told.standing is Standing.UNCLEAR:
        return f"{estimate}{between}, on either side of {line}"
    return f"{estimate}, below {line}, which rules nothing out"


def _offers(told: Told) -> str:
    count = len(told.shown)
    if not count:
        return "; nothing to consider that was not judged before" if told.is_settled else ""
    one, several = ("option", "options") if told.answer.counterfactuals else (_ONE, _SEVERAL)
    return f"; {count} {one if count == 1 else several} to consider"


def _cut(text: str, most: int) -> str:
    """The text, or its beginning up to the end of a word with an ellipsis."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    return (kept.rpartition(" ")[0] or kept).rstrip(",;: ") + "…"
