"""Which units were chosen in a browser: a cookie of features and units, with nothing of anybody."""

from collections.abc import Mapping
from urllib.parse import quote, unquote

from fastapi import Request, Response

NAME = "units"
_PATH = "/patients"
_A_YEAR = 365 * 24 * 3600
_MOST = 2000
"""Characters; browsers keep twice as many at least."""


def chosen_units(request: Request) -> Mapping[str, str]:
    """UCUM codes by feature; whatever else the cookie holds is passed over by whoever looks one up."""
    pairs = (pair.partition(".") for pair in request.cookies.get(NAME, "")[:_MOST].split("~"))
    return {name: unquote(code) for name, dot, code in pairs if dot}


def remember_units(request: Request, response: Response, chosen: Mapping[str, str]) -> None:
    """Keeps choices for a year, beside those that were made before, of which as many as there is room for."""
    units = {**chosen, **{name: code for name, code in chosen_units(request).items() if name not in chosen}}
    text = ""
    for name, code in units.items():
        pair = f"{name}.{quote(code, safe='')}"
        if len(text) + len(pair) < _MOST:
            text = f"{text}~{pair}" if text else pair
    if text and text != request.cookies.get(NAME):
        response.set_cookie(
            NAME,
            text,
            max_age=_A_YEAR,
            path=_PATH,
            httponly=True,
            secure=request.url.scheme == "https",
            samesite="strict",
        )
