"""The page's forms of plans: what is refused is told where it was typed or above all, and nothing is lost."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from tests.integration.answers import Json, found
from tests.integration.pages import HTML, HTMX
from tests.integration.planning import Database, counts, made, patch, plans_of, today

TYPED = "in <her> words"
SHOWN = "in &lt;her&gt; words"


def sent(client: httpx.Client, answer: Json, to: str, **fields: str) -> httpx.Response:
    """A form of the answer's page, as a browser without scripts sends it."""
    path = f"/patients/{answer['patient_id']}/{to}"
    return client.post(path, data={"answer": answer["id"], "note": TYPED, **fields}, headers=HTML)


def stop(client: httpx.Client, answer: Json, plan: Json) -> httpx.Response:
    fields = {"kind": "stopped", "reason": "preference", "replaces": plan["standing_event"]}
    return sent(client, answer, f"plans/{plan['id']}", **fields)


def notice_of(page: httpx.Response) -> str:
    """What is told above all else."""
    return page.text.partition('<div id="notice"')[2].partition(">")[2].partition("<section")[0]


def plan_of(page: httpx.Response) -> str:
    """The section of the active plan."""
    return page.text.partition('<section id="plan"')[2].partition("</section>")[0]


def form_of(page: httpx.Response, place: str) -> str:
    """From the faults of a form to its end."""
    return page.text.partition(f'id="faults-{place}"')[2].partition("</details>")[0]


def test_a_change_of_a_plan_that_has_ended_is_told_above_all(
    client: httpx.Client, answer: Json, option: Json
) -> None:
    plan = made(client, answer, option)
    patch(client, plan, kind="completed").raise_for_status()
    refused = stop(client, answer, plan)
    assert refused.status_code == 409
    assert "ended already" in notice_of(refused)
    assert SHOWN in notice_of(refused)
    assert plan_of(refused) == ""


def test_a_change_of_a_plan_that_was_replaced_fills_no_form_of_the_new_one(
    client: httpx.Client, answer: Json
) -> None:
    """One more press would stop the wrong plan."""
    older, newer = (made(client, answer, option) for option in answer["counterfactuals"][:2])
    refused = stop(client, answer, older)
    assert refused.status_code == 409
    assert "ended already" in notice_of(refused)
    assert SHOWN in notice_of(refused)
    section = plan_of(refused)
    assert newer["standing_event"] in section
    for said in (SHOWN, "<details open", "Not stored", " selected"):
        assert said not in section
    assert [one["state"] for one in plans_of(client, answer["patient_id"])] == ["active", "stopped"]


def test_a_stale_change_of_the_active_plan_is_told_in_its_form(
    client: httpx.Client, answer: Json, option: Json
) -> None:
    plan = made(client, answer, option)
    patch(client, plan, kind="review_moved", review_on=today().isoformat()).raise_for_status()
    refused = stop(client, answer, plan)
    assert refused.status_code == 409
    assert "changed this plan meanwhile" in form_of(refused, "stopped")
    assert SHOWN in form_of(refused, "stopped")
    assert SHOWN not in notice_of(refused)


def test_another_patients_option_is_told_above_all(
    client: httpx.Client, question: Json, answer: Json, option: Json, database: Database
) -> None:
    """The page has no place for it, with scripts or without."""
    other = found(client, question | {"patient_id": f"test-{uuid4()}"})
    before = counts(database)
    theirs = other["counterfactuals"][0]["id"]
    refused = sent(client, answer, "plan", counterfactual_id=theirs)
    assert refused.status_code == 422
    assert "is not of this patient" in notice_of(refused)
    assert SHOWN in notice_of(refused)
    path, fields = f"/patients/{answer['patient_id']}/plan", {"answer": answer["id"], "note": TYPED}
    told = client.post(path, data=fields | {"counterfactual_id": theirs}, headers=HTMX)
    assert (told.status_code, told.headers["HX-Retarget"]) == (422, "#notice")
    assert "is not of this patient" in told.text
    assert counts(database) == before
    own = fields | {"counterfactual_id": option["id"], "review_on": "2001-01-01"}
    placed = client.post(path, data=own, headers=HTMX)
    assert placed.headers["HX-Retarget"] == f"[id='faults-{option['id']}']"


@pytest.mark.parametrize(
    ("days", "why"), [(-1, "lies in the past"), (3653, "is more than two years (731 days) away")]
)
def test_a_review_too_early_or_too_late_is_told_in_its_form(
    client: httpx.Client, answer: Json, option: Json, database: Database, days: int, why: str
) -> None:
    """From a card, from a what-if, and where a review is moved. A browser offers no such day."""
    day = (today() + timedelta(days=days)).isoformat()
    of_card = {"counterfactual_id": option["id"], "name": "With <b>her</b> sister", "review_on": day}
    change = option["changes"][0]
    of_what_if = {f"at.{change['feature']}": "0", "plan.review_on": day, "plan.note": TYPED}
    before = counts(database)
    for place, fields in ((option["id"], of_card), ("what-if", of_what_if)):
        refused = sent(client, answer, "plan", **fields)
        assert refused.status_code == 422
        form = form_of(refused, place)
        assert f"<b>review on</b> {why}" in form
        assert f'value="{day}"' in form
        assert SHOWN in form
        assert notice_of(refused).strip() == "</div>"
    assert "With &lt;b&gt;her&lt;/b&gt; sister" in form_of(
        sent(client, answer, "plan", **of_card), option["id"]
    )
    assert counts(database) == before
    plan = made(client, answer, option)
    moved = {"kind": "review_moved", "replaces": plan["standing_event"], "review_on": day}
    refused = sent(client, answer, f"plans/{plan['id']}", **moved)
    assert refused.status_code == 422
    form = form_of(refused, "review_moved")
    for said in (f"<b>review on</b> {why}", f'value="{day}"', SHOWN):
        assert said in form
    assert plans_of(client, answer["patient_id"]) == [plan]
