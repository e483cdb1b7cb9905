"""The README's pictures, and each state of the pages for whoever reviews them: `make screenshots`.

The README's are of the demonstration that `make run` opens on. States go to `build/screenshots`, each at the
desk and on a phone, in both themes.
"""

import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from rich.console import Console

from app.classifiers.store import load_model
from app.local.console import StepConsole
from app.local.demo import load_patients
from app.paths import ROOT
from app.settings import Settings
from bench.running import running
from bench.states import states_of
from tests.browser.chromium import QUIET, chromium_path

FOLDER = ROOT / "docs" / "screenshots"


@dataclass(frozen=True, slots=True)
class Picture:
    """What is taken: the top of a page, or of it where the element `at` begins; sizes in CSS pixels."""

    name: str
    path: str
    width: int
    height: int
    at: str | None = None
    theme: Literal["light", "dark"] = "light"
    is_whole: bool = False


PICTURES = (
    Picture("patient", "PATIENT", 1440, 900),
    Picture("charts", "PATIENT", 1280, 780, at="#charts"),
    Picture("what-if", "PATIENT?option=2", 1280, 900, at="#what-if"),
    Picture("phone-dark", "PATIENT", 390, 1180, theme="dark"),
    Picture("patients", "/", 1280, 620),
)
STATES_FOLDER = ROOT / "build" / "screenshots"
SIZES = (("desk", 1440, 900), ("phone", 390, 844))
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    settings = Settings()
    model = load_model(settings.model_store / settings.default_model)
    with (
        tempfile.TemporaryDirectory(prefix="turnpoint-screenshots-") as scratch,
        running(Path(scratch) / "home") as run,
        sync_playwright() as playwright,
    ):
        with StepConsole().step("Loading demonstration patients") as step:
            shown, *_ = load_patients(run.http, model, step)
        run.ask(shown)
        patient = f"/patients/{shown['patient_id']}/interventions"
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET)
        for picture in PICTURES:
            _take(browser, f"{run.http.base_url}{picture.path.replace('PATIENT', patient)}", picture, FOLDER)
        for name, path in states_of(run, model):
            _take_state(browser, f"{run.http.base_url}{path}", name)
        browser.close()
    Console().print(f"Written to {FOLDER}, states to {STATES_FOLDER}")


def _take_state(browser: Browser, url: str, name: str) -> None:
    """All of the page, in each size and theme."""
    STATES_FOLDER.mkdir(parents=True, exist_ok=True)
    for (size, width, height), theme in product(SIZES, THEMES):
        picture = Picture(f"{name}-{size}-{theme}", "", width, height, theme=theme, is_whole=True)
        _take(browser, url, picture, STATES_FOLDER)


def _see_all(page: Page) -> None:
    """What comes when it is in view is there once everything was."""
    for part in page.locator("[hx-trigger=revealed]").all():
        part.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")


def _take(browser: Browser, url: str, picture: Picture, folder: Path) -> None:
    size: ViewportSize = {"width": picture.width, "height": picture.height}
    context = browser.new_context(viewport=size, reduced_motion="reduce", color_scheme=picture.theme)
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    if picture.at is not None:
        _see_all(page)
        page.locator(picture.at).evaluate("element => element.scrollIntoView()")
    if picture.is_whole:
        _see_all(page)
    page.screenshot(path=folder / f"{picture.name}.png", full_page=picture.is_whole)
    context.close()


if __name__ == "__main__":
    main()
