"""Which origins may be listed."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.settings import Settings


def listed(text: str) -> Settings:
    given: Any = {"cors_origins": text}
    return Settings(**given)


@pytest.mark.parametrize(
    "origin",
    ["https://app.example", "https://app.example:8443", "http://localhost:3000", "http://127.0.0.1:5173"],
)
def test_exact_origins_are_listed(origin: str) -> None:
    assert listed(f"{origin}, https://other.example").cors_origins[0] == origin


@pytest.mark.parametrize(
    "origin",
    [
        *("*", "null", "https://*.example", "http://app.example", "https://app.example/", "app.example"),
        *(
            "https://App.example",
            "https://app.example:443",
            "https://user@app.example",
            "https://a.example?x",
        ),
    ],
)
def test_what_is_no_exact_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValidationError, match="one origin as browsers write it"):
        listed(origin)
