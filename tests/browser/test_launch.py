"""A clinician opens the page from within an EHR, in a real browser, and is with the patient."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import AXE, violations
from tests.browser.conftest import PATIENCE_MS
from tests.browser.pictures import shot
from tests.ehr.people import names
from tests.integration.launching import Clinic, clinic
from tests.integration.serving import Servers

TYPICAL = {"height": "170", "weight": "80", "age": "50"}
"""What may be missing that is not chosen from a list."""
TOO_LITTLE_KNOWN = "willow"


@pytest.fixture(scope="module")
def here(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    with clinic(servers, tmp_path_factory.mktemp("ehr")) as here:
        here.ehr.asks_consent = True
        yield here


@contextmanager
def page_of(browser: Browser, here: Clinic) -> Iterator[Page]:
    context = browser.new_context(base_url=here.url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def launched(page: Page, here: Clinic, patient: str) -> None:
    """As the EHR's button does it, with the clinician's consent there."""
    asked = {"iss": here.ehr.fhir_base, "launch": here.ehr.launch(patient)}
    page.goto(f"/launch?{urlencode(asked)}")
    assert page.url.startswith(here.ehr.url)
    page.get_by_role("button", name="Allow", exact=True).click()
    page.wait_for_url(f"{here.url}/patients/{patient}/**")


def test_a_whole_launch_ends_with_the_patient_and_the_session_with_a_button(
    browser: Browser, here: Clinic
) -> None:
    with page_of(browser, here) as page:
        launched(page, here, names()[0])
        expect(page.get_by_role("heading", level=1)).to_contain_text(names()[0])
        expect(page.get_by_text("Practitioner/mock-clinician")).to_be_visible()
        shot(page, "launched")
        (session,) = page.context.cookies(here.url)
        assert session["httpOnly"]
        assert page.evaluate("document.cookie") == ""
        page.get_by_role("button", name="End session").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your session has ended")
        assert page.context.cookies(here.url) == []
        assert page.request.get(f"/patients/{names()[0]}/interventions").status == 401


def test_another_patient_and_the_worklist_are_not_there(browser: Browser, here: Clinic) -> None:
    with page_of(browser, here) as page:
        launched(page, here, "oak")
        page.goto("/patients/elm/interventions")
        expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_have_text("This is not open to you")
        expect(page.get_by_role("link", name="Worklist")).to_have_count(0)


def test_what_is_missing_can_be_added_by_hand(browser: Browser, here: Clinic) -> None:
    with page_of(browser, here) as page:
        launched(page, here, TOO_LITTLE_KNOWN)
        assert page.url.endswith("/values")
        expect(page.get_by_text("What is filled in came from the EHR")).to_be_visible()
        expect(page.locator("[name='value.age']")).not_to_have_value("")
        page.evaluate(AXE)  # past the page's policy, as a tester may
        assert violations(page) == []
        for field in page.locator("[name^='value.']").all():
            name = str(field.get_attribute("id")).removeprefix("value-")
            if not field.input_value() and name in TYPICAL:
                field.fill(TYPICAL[name])
            elif not field.input_value() and field.get_attribute("required") is not None:
                field.select_option(index=1)
        page.get_by_role("button", name="Ask for options").click()
        page.wait_for_url("**answer=*")
        expect(page.get_by_role("heading", level=1)).to_contain_text(TOO_LITTLE_KNOWN)


def test_who_is_refused_at_the_ehr_is_told_so(browser: Browser, here: Clinic) -> None:
    with page_of(browser, here) as page:
        page.goto(f"/launch?{urlencode({'iss': here.ehr.fhir_base, 'launch': here.ehr.launch('oak')})}")
        page.get_by_role("button", name="Do not allow").click()
        expect(page.get_by_text("The EHR did not let you in.")).to_be_visible()
        assert page.context.cookies(here.url) == []
