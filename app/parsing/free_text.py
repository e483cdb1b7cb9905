"""The one rule for free text: whatever people write is kept, what no keyboard writes is refused."""

import re
import unicodedata

_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters other than tab and newline, and halves of characters."""
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that show nothing (`Default_Ignorable_Code_Point` in Unicode), and Braille's blank."""
_ODD = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Controls, marks of direction and joiners, what means nothing, halves of characters, ends of lines."""


class FreeTextError(ValueError):
    """A text that cannot be kept; the message says why without the text."""


def read_free_text(text: str) -> str:
    """The text, with a newline for each end of a line: forms send two characters, browsers count one.

    Spaces of all widths, joiners, marks of direction and emoji are ordinary writing.

    Raises:
        FreeTextError: it holds a control character other than tab and newline, or half a character.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNFIT.search(text):
        raise FreeTextError("holds a control character")
    return text


def is_writing(text: str) -> bool:
    """Whether each of its characters is seen, or is a space, and none turns round the order of others.

    The rule for a name, which is read to tell people apart; notes may hold more.
    """
    return not _UNSEEN.search(text) and not any(unicodedata.category(one) in _ODD for one in text)


def is_visible(text: str) -> bool:
    """Whether there is anything to read in it, besides spaces, joiners and marks of direction."""
    return any(unicodedata.category(character)[0] not in "CZ" for character in text)
