"""The clinician's page: how long the server and a browser take, what it weighs; and a patient's handout."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Response, sync_playwright
from rich.console import Console

from app.classifiers.store import load_model
from app.settings import Settings
from bench.measurement import Measurement, summed
from bench.running import Json, Run, requests_about, running
from tests.browser.chromium import QUIET, chromium_path

TIMES = 60
HTML = {"Accept": "text/html"}
_PAINT = """() => performance.getEntriesByName("first-contentful-paint").map(entry => entry.startTime)[0]"""


def measure_page(scratch: Path, people: int, console: Console) -> list[Measurement]:
    """Start everything in a scratch home, ask about people, and open their pages."""
    settings = Settings()
    model = load_model(settings.model_store / settings.default_model)
    with running(scratch / "home") as run, _chromium() as browser:
        requests = requests_about(model, people)
        answers = [run.ask(one | {"generator": "search"})[1] for one in requests]
        addresses = [
            f"/patients/{one['patient_id']}/interventions" for one in answers if one["counterfactuals"]
        ]
        console.print(f"Opening the pages of {len(addresses)} people …")
        server = [_served(run, addresses[turn % len(addresses)]) for turn in range(TIMES)]
        opened = [_opened(browser, run, addresses[turn % len(addresses)]) for turn in range(TIMES // 3)]
        moved = _moved(browser, run, addresses[0])
        handouts = _handouts(run, next(one for one in answers if one["counterfactuals"]))
    paints, weights = zip(*opened, strict=True)
    return [
        summed("page over HTTP", server, "ms", 40),
        summed("first contentful paint, nothing cached", paints, "ms", 300),
        summed("weight of the page, nothing cached, uncompressed", weights, "kB", 150),
        summed("patient handout over HTTP, English and Spanish in turn", handouts, "ms", 60),
        summed("what-if, from a key to the new risk on the screen", moved, "ms", 60),
    ]


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET)
        yield browser
        browser.close()


def _served(run: Run, address: str) -> float:
    started = time.perf_counter()
    run.http.get(address, headers=HTML).raise_for_status()
    return 1000 * (time.perf_counter() - started)


def _handouts(run: Run, answer: Json) -> list[float]:
    """Of a plan that is made of the first option."""
    option = {"counterfactual_id": answer["counterfactuals"][0]["id"]}
    there = f"/patients/{answer['patient_id']}/plans"
    plan = run.http.post(there, json=option).raise_for_status().json()
    addresses = [f"{there}/{plan['id']}/handout?lang={language}" for language in ("en", "es")]
    return [_served(run, addresses[turn % 2]) for turn in range(TIMES)]


def _opened(browser: Browser, run: Run, address: str) -> tuple[float, float]:
    """Milliseconds to the first paint, and kilobytes of everything that the page asked for."""
    page = browser.new_context(base_url=str(run.http.base_url)).new_page()
    answered: list[Response] = []
    page.on("response", lambda response: answered.append(response))
    page.goto(address, wait_until="networkidle")
    paint = float(page.evaluate(_PAINT))
    weight = sum(len(one.body()) for one in answered) / 1000
    page.context.close()
    return paint, weight


def _moved(browser: Browser, run: Run, address: str) -> list[float]:
    """A slider goes to and fro; each time the risk is waited for in the page itself."""
    page = browser.new_context(base_url=str(run.http.base_url)).new_page()
    page.goto(address, wait_until="networkidle")
    seen = [_once(page, key) for key in ["ArrowLeft", "ArrowRight"] * (TIMES // 2)]
    page.context.close()
    return seen


def _once(page: Page, key: str) -> float:
    page.evaluate(_WATCH)
    page.locator("#at-bmi").press(key)
    return float(page.evaluate("() => window.untilTold"))


_WATCH = """() => {
  window.untilTold = new Promise(resolve => {
    let since = 0;
    const once = { once: true }, slider = document.getElementById("at-bmi");
    slider.addEventListener("input", () => { since = performance.now(); }, once);
    const told = event => {
      if (!since || event.detail.target.id !== "outcome") return;  // what came in view settles, too
      document.body.removeEventListener("htmx:afterSettle", told);
      resolve(performance.now() - since);
    };
    document.body.addEventListener("htmx:afterSettle", told);
  });
}"""
