"""Every page before axe-core, in both themes, on a phone and on a desk; none wider than its screen."""

from itertools import product
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Browser, Page

from app.engine.registry import ModelRegistry
from tests.browser.conftest import shot, watching
from tests.integration.answers import Json, ask
from tests.kinds_of_answers import FRAGILE, NOTHING_HELPS, OUT_OF_REACH, UNCLEAR_BELOW, question_about

AXE = Path(__file__).with_name("axe-4.14.1.min.js").read_text(encoding="utf-8")
PLACES = {
    "patient": "/patients/{patient_id}/interventions",
    "patient-to-check": "/patients/{patient_id}/interventions?answer={to_check}",
    "out-of-reach": "/patients/{patient_id}/interventions?answer={out_of_reach}",
    "nothing-helps": "/patients/{patient_id}/interventions?answer={nothing_helps}",
    "fragile": "/patients/{patient_id}/interventions?answer={fragile}",
    "below-and-unclear": "/patients/{patient_id}/interventions?answer={unclear_below}",
    "worklist": "/",
    "worklist-filtered": "/?sort=risk&state=above&plan=none",
    "not-a-filter": "/?state=nothing",
    "values": "/patients/{patient_id}/values",
    "unknown": "/patients/nobody-with-this-id/interventions",
    "card": "/models/dysglycaemia/card",
    "job": "/augmentations/{job_id}",
    "error": "/augmentations/nothing",
}
SCREENS = {"phone": 360, "desk": 1440}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def job_id(client: httpx.Client) -> str:
    body = {"source": {"kind": "population"}, "target_label": "low", "max_rows": 3, "generator": "search"}
    job = client.post("/augmentations", json=body).raise_for_status().json()
    client.delete(job["links"]["self"]).raise_for_status()
    return str(job["id"])


@pytest.fixture
def kinds(client: httpx.Client, registry: ModelRegistry, answer: Json) -> dict[str, str]:
    """Answers of each kind on the record of one patient."""
    people = {
        "out_of_reach": OUT_OF_REACH,
        "nothing_helps": NOTHING_HELPS,
        "fragile": FRAGILE,
        "unclear_below": UNCLEAR_BELOW,
    }
    asked = {name: question_about(registry, one, answer["patient_id"]) for name, one in people.items()}
    return {name: ask(client, question)["id"] for name, question in asked.items()}


def violations(page: Page) -> list[str]:
    """What axe-core finds; of what it finds in order it need not tell the details."""
    found: dict[str, Any] = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]]


@pytest.mark.parametrize("name", PLACES)
def test_pages_are_accessible(
    browser: Browser,
    url: str,
    answer: Json,
    in_hours: Json,
    kinds: dict[str, str],
    job_id: str,
    name: str,
    subtests: pytest.Subtests,
) -> None:
    """A page is opened once, and shown on each screen in each theme, which style sheets alone tell apart."""
    with watching(browser, url, bypass_csp=True) as watched:
        watched.forgive(404, 422)
        page = watched.page
        ids = kinds | {"patient_id": answer["patient_id"], "to_check": in_hours["id"], "job_id": job_id}
        page.goto(PLACES[name].format(**ids))
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        page.evaluate(AXE)  # past the page's policy, as a tester may
        for (screen, width), theme in product(SCREENS.items(), THEMES):
            with subtests.test(screen=screen, theme=theme):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=theme)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert violations(page) == []
                shot(page, f"{name}-{screen}-{theme}")
