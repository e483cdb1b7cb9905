"""Values as TOML writes them."""

import json
from collections.abc import Sequence


def text(words: str) -> str:
    """A text on one line, in quotation marks."""
    return json.dumps(_on_one_line(words), ensure_ascii=False)


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
    return f"# {_on_one_line(words)}"


def _on_one_line(words: str) -> str:
    """Without ends of lines and other signs that TOML allows nowhere."""
    return "".join(sign if sign >= " " and sign != "\x7f" else " " for sign in words)
