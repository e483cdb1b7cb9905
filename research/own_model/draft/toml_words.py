"""Values as TOML writes them."""

import json
from collections.abc import Sequence


def text(words: str) -> str:
    """A text on one line, in quotation marks."""
    return json.dumps("".join(sign for sign in words if sign >= " " and sign != "\x7f"), ensure_ascii=False)


def number(value: float) -> str:
    """A number without an exponent, and without decimals that say nothing."""
    if float(value).is_integer():
        return str(int(value))
    return f"{value:.6f}".rstrip("0")


def pair(ends: Sequence[float]) -> str:
    """A range."""
    return f"[{', '.join(map(number, ends))}]"


def comment(words: str) -> str:
    """Words that TOML passes over, on one line."""
    return "# " + " ".join(words.split())
