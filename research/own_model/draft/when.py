"""Whether an outcome is there now or comes later, as its column's name suggests: `TenYearCHD`, `event_5y`."""

import re

from app.domain.consultation import When

_NUMBER = r"(?:\d+|one|two|three|five|ten|twenty|thirty|ninety)"
_TIME = r"(?:years?|yrs?|y|months?|mos?|mths?|weeks?|wks?|days?|d)"
_SPAN = rf"\b{_NUMBER} ?{_TIME}\b"
_WORDS = r"\b(?:within|inciden\w*|future|follow ?ups?|readmi\w*|relaps\w*|recurren\w*|next|later)\b"
_AGE = rf"\b(?:age|aged|old|over|under) ?{_SPAN}|{_SPAN} (?:old|of age|ago)\b"
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def when_of(outcome: str) -> When:
    """A guess from a column's name, for the owner to look at; now where nothing suggests a time to come."""
    words = " ".join(_PARTS.findall(outcome)).lower()
    told = re.sub(_AGE, " ", words)
    return "later" if re.search(_SPAN, told) or re.search(_WORDS, told) else "now"
