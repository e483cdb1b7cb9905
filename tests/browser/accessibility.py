"""A page before axe-core, on each screen in both themes, and no wider than its screen."""

from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from tests.browser.pictures import shot

AXE = Path(__file__).with_name("axe-4.14.1.min.js").read_text(encoding="utf-8")
PHONE, DESK = 360, 1440
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_ALL = "{resultTypes: ['violations']}"
_OF_COLOUR = "{resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}"
"""Themes differ by colours alone: in the dark the other rules find what they found in the light."""


def open_every_fold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def violations(page: Page, rules: str = _ALL) -> list[str]:
    """What axe-core finds, once it is on the page; of what it finds in order it need not tell the details."""
    found: dict[str, Any] = page.evaluate(f"axe.run({rules})")
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]]


def assert_accessible(page: Page, subtests: pytest.Subtests, name: str, widths: Iterable[int]) -> None:
    """An open page, shown at these widths in each theme, which style sheets alone tell apart."""
    page.evaluate(AXE)  # past the page's policy, as a tester may
    for width, theme in product(widths, THEMES):
        with subtests.test(width=width, theme=theme):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            shown = page.evaluate("document.documentElement.scrollWidth")
            assert shown <= width, f"{shown} px wide"
            found = violations(page, _ALL if theme == "light" else _OF_COLOUR)
            assert not found, "; ".join(found)
            shot(page, f"{name}-{width}-{theme}")
