"""Every page before axe-core, in both themes, on a phone and on a desk; none wider than its screen."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import shot, watching
from tests.integration.answers import Json

AXE = Path(__file__).with_name("axe-4.14.1.min.js").read_text(encoding="utf-8")
PLACES = {
    "patient": "/patients/{patient_id}/interventions",
    "patient-to-check": "/patients/{patient_id}/interventions?answer={to_check}",
    "lately": "/",
    "unknown": "/patients/nobody-with-this-id/interventions",
    "card": "/models/dysglycaemia/card",
    "job": "/augmentations/{job_id}",
    "error": "/augmentations/nothing",
}


@pytest.fixture(scope="module")
def job_id(client: httpx.Client) -> str:
    body = {"source": {"kind": "population"}, "target_label": "low", "max_rows": 3, "generator": "search"}
    job = client.post("/augmentations", json=body).raise_for_status().json()
    client.delete(job["links"]["self"]).raise_for_status()
    return str(job["id"])


def violations(page: Page) -> list[str]:
    """What axe-core finds; it is put in past the page's policy, as a tester may."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("axe.run()")
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]]


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("screen", "width"), [("phone", 360), ("desk", 1440)])
def test_pages_are_accessible(
    browser: Browser,
    url: str,
    answer: Json,
    in_hours: Json,
    job_id: str,
    name: str,
    theme: Any,
    screen: str,
    width: int,
) -> None:
    screen_size = {"width": width, "height": 900}
    with watching(browser, url, viewport=screen_size, color_scheme=theme, bypass_csp=True) as watched:
        watched.forgive(404, 422)
        page = watched.page
        ids = {"patient_id": answer["patient_id"], "to_check": in_hours["id"], "job_id": job_id}
        page.goto(PLACES[name].format(**ids))
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []
        shot(page, f"{name}-{screen}-{theme}")
