"""What a patient can and will do, said beside the first values: kept and heeded, or told why not."""

import re

import httpx
import psycopg
import pytest

from app.identity.scopes import AccessScope
from tests.asking import Person
from tests.integration.answers import Json
from tests.integration.entering import typed_in
from tests.integration.keeping_keys import bearer, key_for
from tests.integration.pages import HTML, HTMX
from tests.integration.serving import Servers, client_of, row_counts, settings_for
from tests.integration.test_preferences import HOSTILE, changed, put, shown_after, standing

Database = psycopg.Connection[tuple[object, ...]]
MODEL = {"model": "dysglycaemia"}


def send(client: httpx.Client, patient_id: str, fields: dict[str, str], **headers: str) -> httpx.Response:
    own = HTML | {"Sec-Fetch-Site": "same-origin"} | headers
    return client.post(f"/patients/{patient_id}/values", data=MODEL | fields, headers=own)


def ticked(page: str) -> set[str]:
    return set(re.findall(r'<input type="checkbox" name="([^"]+)" value="on" checked>', page))


def typed_height(page: str) -> str | None:
    found = re.search(r'name="value\.height"[^>]* value="([^"]*)"', page)
    return found and found[1]


def form_page(client: httpx.Client, patient_id: str) -> str:
    return client.get(f"/patients/{patient_id}/values", headers=HTML).raise_for_status().text


@pytest.mark.parametrize("patient_is_known", [False, True])
def test_what_is_ticked_is_kept_and_heeded_by_the_same_question(
    client: httpx.Client, patient_id: str, heavy: Person, patient_is_known: bool
) -> None:
    values = typed_in(heavy)
    if patient_is_known:
        assert "bmi" in changed(shown_after(client, send(client, patient_id, values)))
    page = client.get(f"/patients/{patient_id}/values", headers=HTML).text
    assert 'name="code.no-weight-loss"' in page
    assert ticked(page) == set()
    chosen = {"code.no-weight-loss": "on", "keep.sleep": "on"}
    answer = shown_after(client, send(client, patient_id, values | chosen))
    assert "bmi" not in changed(answer)
    assert {"bmi", "sleep"} <= set(answer["question"]["constraints"]["features_to_keep"])
    assert standing(client, patient_id)["codes"] == ["no-weight-loss"]
    assert ticked(form_page(client, patient_id)) == set(chosen)


def test_where_nothing_is_ticked_nothing_is_recorded(
    client: httpx.Client, patient_id: str, heavy: Person
) -> None:
    assert send(client, patient_id, typed_in(heavy)).status_code == 303
    assert standing(client, patient_id)["recorded_at"] is None


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refusal_is_kept_and_told_and_what_was_typed_stays(
    client: httpx.Client, patient_id: str, heavy: Person, database: Database, headers: dict[str, str]
) -> None:
    before, values = row_counts(database)["answers"], typed_in(heavy)
    refused = send(client, patient_id, values | {"code.pregnancy": "on"}, **headers)
    assert refused.status_code == 409
    assert "not on record" not in refused.text
    assert "No options are offered for this patient. The model was not made for pregnancy" in refused.text
    assert typed_height(refused.text) == values["value.height"]
    assert ticked(refused.text) == {"code.pregnancy"}
    assert standing(client, patient_id)["codes"] == ["pregnancy"]
    assert row_counts(database)["answers"] == before
    page = client.get(f"/patients/{patient_id}/values", headers=HTML).text
    assert "<b>No options are offered for this patient.</b>" in page
    stands = standing(client, patient_id)["id"]
    assert f'name="replaces" value="{stands}"' in refused.text
    assert send(client, patient_id, values | {"replaces": stands}).status_code == 303
    assert standing(client, patient_id)["codes"] == []


def test_what_somebody_else_said_meanwhile_is_shown_and_not_lost(
    client: httpx.Client, patient_id: str, heavy: Person
) -> None:
    put(client, patient_id, codes=["shift-work"]).raise_for_status()
    late = send(client, patient_id, typed_in(heavy) | {"keep.food": "on"})
    assert late.status_code == 409
    assert "Somebody else changed what this patient can and will do" in late.text
    assert ticked(late.text) == {"code.shift-work"}
    assert standing(client, patient_id)["codes"] == ["shift-work"]
    put(client, patient_id, codes=["pregnancy"]).raise_for_status()
    refused = send(client, patient_id, typed_in(heavy))  # which said nothing of it
    assert refused.status_code == 409
    assert ticked(refused.text) == {"code.pregnancy"}
    assert "What you ticked" not in refused.text
    put(client, patient_id, codes=["shift-work"]).raise_for_status()
    heeded = shown_after(client, send(client, patient_id, typed_in(heavy)))
    assert set(standing(client, patient_id)["kept"]) <= set(
        heeded["question"]["constraints"]["features_to_keep"]
    )


def test_a_set_that_leaves_nothing_is_refused_and_stays_ticked(
    client: httpx.Client, patient_id: str, heavy: Person
) -> None:
    themes = ("weight", "food", "activity", "sleep", "smoking", "alcohol")
    keep = {f"keep.{name}": "on" for name in themes}
    refused = send(client, patient_id, typed_in(heavy) | keep)
    assert refused.status_code == 422
    assert "These preferences leave nothing to change" in refused.text
    assert ticked(refused.text) == set(keep)
    assert client.get(f"/patients/{patient_id}/preferences").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [{"value.height": "tall"}, {"code.gone": "on"}, {f"keep.{HOSTILE}": "on"}, {"replaces": HOSTILE}],
    ids=["value", "code", "name", "id"],
)
def test_while_something_is_wrong_nothing_is_kept(
    client: httpx.Client, patient_id: str, heavy: Person, fields: dict[str, str], database: Database
) -> None:
    before = row_counts(database)
    wrong: Json = typed_in(heavy) | {"code.no-weight-loss": "on"} | fields
    refused = send(client, patient_id, wrong)
    assert refused.status_code == 422
    assert "<script>alert" not in refused.text
    assert row_counts(database) == before


def test_who_may_not_say_it_is_not_asked_and_asks_all_the_same(
    client: httpx.Client, servers: Servers, database_url: str, patient_id: str, heavy: Person
) -> None:
    key = key_for(database_url, "reader", AccessScope.COUNTERFACTUALS_READ, AccessScope.COUNTERFACTUALS_WRITE)
    with client_of(settings_for(servers, api_keys=True)) as reader:
        reader.headers.update(bearer(key))
        page = reader.get(f"/patients/{patient_id}/values", headers=HTML).text
        assert "code.pregnancy" not in page
        assert f'action="/patients/{patient_id}/interventions"' in page
        assert send(reader, patient_id, typed_in(heavy)).status_code == 403
        there = f"/patients/{patient_id}/interventions"
        assert reader.post(there, data=MODEL | typed_in(heavy), headers=HTML).status_code == 303
        put(client, patient_id, codes=["pregnancy"]).raise_for_status()
        page = form_page(reader, patient_id)
        assert "<b>No options are offered for this patient.</b>" in page
        assert 'id="ask"' not in page
