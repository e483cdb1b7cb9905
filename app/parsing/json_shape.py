"""What a large JSON text is refused for before anything is built of it.

A megabyte of brackets would become sixty of lists, and take a second of every core's time to do so. These
checks look at bytes alone: 32 MB take a tenth of a second, and what is wild is refused in a tenth of that.
"""

MOST_CONTAINERS = 50_000
"""Objects and lists in one text; a request holds some 10,000."""
MOST_VALUES = 4_000_000
"""Commas in one text: 10,000 people of 400 values each."""
MOST_KEYS = 1_000
"""Keys of one object; a row of a table may have some hundreds."""
LARGE = 64 * 1024
"""Bytes from which a text is looked at; a smaller one costs nothing to build."""

_TOO_MANY = "has more parts than any request"
_RUN = b":" * (MOST_KEYS + 1)
_NO_RUN = bytes(byte for byte in range(256) if byte not in b":[]{}")
_MARKS = b'"[]{}'
_OTHERS = bytes(byte for byte in range(256) if byte not in _MARKS)
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


def why_wild(text: bytes, most_depth: int) -> str | None:
    """Why a text is not fit to be read; None where nothing speaks against it.

    Brackets, commas and colons within strings count as well: no text of a request is full of them.
    """
    if len(text) < LARGE:
        return None
    if text.count(b"[") + text.count(b"{") > MOST_CONTAINERS or text.count(b",") > MOST_VALUES:
        return _TOO_MANY
    if text.count(b"]") + text.count(b"}") > MOST_CONTAINERS:
        return "is not valid JSON"
    if _RUN in text.translate(None, _NO_RUN):  # keys of one object between two brackets
        return _TOO_MANY
    return "is nested too deeply" if _is_deeper(_brackets(text), most_depth) else None


def _brackets(text: bytes) -> bytes:
    """The brackets outside strings."""
    plain = text.replace(b"\\\\", b"").replace(b'\\"', b"")  # a backslash is nowhere but in a string
    marks = plain.translate(None, _OTHERS).replace(b'""', b"")  # strings that hold no bracket
    return b"".join(marks.split(b'"')[::2])


def _is_deeper(brackets: bytes, most: int) -> bool:
    depth = 0
    for bracket in brackets:
        depth += _STEP[bracket]
        if depth > most:
            return True
    return False
