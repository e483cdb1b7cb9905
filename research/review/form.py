"""The form: one row for each option, and what is asked of it."""

import csv
import io
from collections.abc import Sequence

REVIEWER, PACKET, CASE, OPTION = "reviewer", "packet", "case", "option"
PLAUSIBLE, SAFE, ADVISE, WHY_NOT = "plausible", "safe", "would_advise", "why_not"
COLUMNS = (REVIEWER, PACKET, CASE, OPTION, PLAUSIBLE, SAFE, ADVISE, WHY_NOT)

PLAUSIBLE_FROM = 4
"""From this rating on an option counts as plausible."""
SCALE = (
    "not at all: nobody like this would come to these values",
    "hardly",
    "possibly",
    "likely: some people like this do",
    "very: many people like this do",
)
"""What 1 to 5 stand for."""
QUESTIONS = {
    PLAUSIBLE: "Could a person like this come to these values by these changes?",
    SAFE: "Could you let this person try it without doubts about harm?",
    ADVISE: "Would you talk about this option with this person as something to consider?",
    WHY_NOT: "If you would not, or it is not safe: why not?",
}
YES_NO = {"yes": True, "no": False}
MOST_WORDS = 500
"""So many signs a reason may have."""
CODE = r"[A-Za-z0-9_-]{1,20}"
"""What a reviewer's code may be: no name."""


def blank_form(packet: str, options: Sequence[tuple[str, str]]) -> str:
    """The form as CSV, to be filled in: the packet's name, and each case with each option."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(["", packet, case, option, "", "", "", ""] for case, option in options)
    return text.getvalue()
