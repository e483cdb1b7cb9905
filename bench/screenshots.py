"""The README's pictures, taken of the demonstration that `make run` opens on: `make screenshots`."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ViewportSize, sync_playwright
from rich.console import Console

from app.classifiers.store import load_model
from app.local.console import StepConsole
from app.local.demo import load_patients
from app.paths import ROOT
from app.settings import Settings
from bench.running import running
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


PICTURES = (
    Picture("patient", "PATIENT", 1280, 1180),
    Picture("charts", "PATIENT", 1280, 780, at="section:has(.charts)"),
    Picture("what-if", "PATIENT?option=2", 1280, 900, at="#what-if"),
    Picture("phone-dark", "PATIENT", 390, 1180, theme="dark"),
    Picture("patients", "/", 1280, 620),
)


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
            _take(browser, f"{run.http.base_url}{picture.path.replace('PATIENT', patient)}", picture)
        browser.close()
    Console().print(f"Written to {FOLDER}")


def _take(browser: Browser, url: str, picture: Picture) -> None:
    size: ViewportSize = {"width": picture.width, "height": picture.height}
    context = browser.new_context(viewport=size, reduced_motion="reduce", color_scheme=picture.theme)
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    if picture.at is not None:
        page.locator(picture.at).evaluate("element => element.scrollIntoView()")
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    context.close()


if __name__ == "__main__":
    main()
