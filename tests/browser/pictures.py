"""What a page looks like, on a screen and on paper: kept where SCREENSHOTS says, to be looked at."""

import os
import re
from pathlib import Path

from playwright.sync_api import Page

_KEPT_IN = Path(folder) if (folder := os.environ.get("SCREENSHOTS")) else None


def shot(page: Page, name: str) -> None:
    """Keep a picture of the whole page."""
    if _KEPT_IN is not None:
        page.screenshot(path=_KEPT_IN / f"{name}.png", full_page=True)


def pages_printed(page: Page, paper: str, name: str) -> int:
    """How many pages it prints on, whatever paper its style sheet prefers."""
    pdf = page.pdf(format=paper, print_background=True, prefer_css_page_size=False)
    if _KEPT_IN is not None:
        _KEPT_IN.mkdir(parents=True, exist_ok=True)
        (_KEPT_IN / f"{name}-{paper}.pdf").write_bytes(pdf)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
