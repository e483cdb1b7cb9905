"""Templates into pages, with the headers that every page has."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.domain.wording import inline, is_set, line_text, risk_text
from app.faces.http.pages.assets import asset_url, integrity
from app.faces.http.pages.translation import language, translate
from app.faces.http.session_cookies import SESSION_NAME

_SHARED = Path(__file__).parent / "templates"
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)
_HEADERS = {"Content-Security-Policy": _POLICY, "Vary": "Accept, HX-Request"}
_NO_BREAK, _MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"


class Pages:
    """The pages of one folder of templates, on the frame that all share."""

    def __init__(self, folder: Path = _SHARED) -> None:
        self._environment = Environment(
            loader=FileSystemLoader([folder, _SHARED]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        translate(self._environment)
        self._environment.filters["risk"] = risk_words
        self._environment.filters["line"] = line_words
        self._environment.filters["inline"] = inline
        self._environment.filters["when"] = time_element
        self._environment.filters["day"] = day
        self._environment.globals |= {"asset": asset_url, "integrity": integrity, "language": language}
        self._environment.globals["session_name"] = SESSION_NAME.get

    def page(
        self, template: str, status: int = 200, headers: dict[str, str] | None = None, **context: Any
    ) -> HTMLResponse:
        """A page, or a part of one."""
        text = self._environment.get_template(template).render(context)
        return HTMLResponse(text, status, _HEADERS | (headers or {}))


def risk_words(risk: float, beside: float | None = None) -> str:
    """A risk in whole per cent, with as many decimals more as tell it from another one beside it.

    One below 1 % has a decimal anyhow.
    """
    return risk_text(risk, beside).replace(" ", _NO_BREAK)


def line_words(line: float, beside: float | None = None) -> str:
    """A threshold or target as it was chosen: "7.5 %"; one that was worked out is told as risks are."""
    return line_text(line).replace(" ", _NO_BREAK) if is_set(line) else risk_words(line, beside)


def day(moment: date) -> str:
    """A day as people write it: "3 February 2026"."""
    return f"{moment.day}{_NO_BREAK}{moment:%B}{_NO_BREAK}{moment.year}"


def when(moment: datetime) -> str:
    """A moment as people write it: "3 February 2026, 14:05 UTC"."""
    there = moment.astimezone(UTC)
    return f"{there.day} {there:%B %Y, %H:%M} UTC".replace(" UTC", f"{_NO_BREAK}UTC")


def time_element(moment: datetime) -> Markup:
    """A moment in UTC, and so that a script can tell it in the reader's own zone."""
    there = moment.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(f"{there:%Y-%m-%dT%H:%M:%S}Z", when(moment))


def signed(text: str) -> str:
    """A number's text with its sign written out, as a change is."""
    return minus(text) if text.startswith("-") else f"+{text}"


def minus(text: str) -> str:
    """A number's text with the sign of a number below nought, where it is one."""
    return _MINUS + text[1:] if text.startswith("-") else text
