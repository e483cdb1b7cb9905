"""Values entered by hand: units, what follows, faults at their field, and what was typed stays."""

import re
from collections.abc import Iterator
from html import unescape
from uuid import uuid4

import httpx
import pytest

from tests.asking import Person
from tests.integration.answers import Json
from tests.integration.entering import typed
from tests.integration.pages import HTML, HTMX
from tests.integration.serving import Servers, client_of, settings_for


@pytest.fixture(scope="module")
def client(servers: Servers) -> Iterator[httpx.Client]:
    """A gateway without a language model."""
    with client_of(settings_for(servers)) as client:
        yield client


def form_of(person: Person, **changes: str) -> dict[str, str]:
    """What a person types who enters these values; weight in place of the body mass index."""
    known = {name: typed(value) for name, value in person.items()}
    texts = {f"value.{name}": text for name, text in known.items() if name not in ("bmi", "weight")}
    bmi, height = float(str(person["bmi"])), float(str(person["height"]))
    return texts | {"value.weight": f"{bmi * (height / 100) ** 2:.1f}"} | changes


def post(client: httpx.Client, patient_id: str, form: dict[str, str], **headers: str) -> httpx.Response:
    return client.post(f"/patients/{patient_id}/interventions", data=form, headers=HTML | headers)


def features_of(client: httpx.Client, patient_id: str) -> Json:
    """What is on record of the newest answer about the patient, as the form would show it."""
    page = client.get(f"/patients/{patient_id}/values", headers=HTML).raise_for_status().text
    inputs = re.findall(r'<input type="text" name="value\.(\w+)"[^>]* value="([^"]*)"', page)
    chosen = re.findall(r'<select name="value\.(\w+)".*?</select>', page, re.DOTALL)
    assert chosen
    return dict(inputs)


def fault(page: str, name: str) -> str | None:
    """What is said at a field, which the field itself points to."""
    found = re.search(rf'<span class="fault" id="fault-{name}">(.*?)</span>', page)
    if found is None:
        return None
    pointing = rf'id="value-{name}" aria-describedby="[^"]*fault-{name}[^"]*" aria-invalid="true"'
    assert re.search(pointing, page)
    assert f'<li><a href="#value-{name}">' in page
    return unescape(found[1])


def test_weight_and_height_are_enough(client: httpx.Client, patient_id: str, helpable: Person) -> None:
    sent = post(client, patient_id, form_of(helpable))
    assert sent.status_code == 303, sent.text
    shown = features_of(client, patient_id)
    assert float(shown["height"]) == helpable["height"]
    answers = client.get(f"/patients/{patient_id}/interventions").json()["answers"]
    assert len(answers) == 1
    assert shown["bmi"] == ""  # it follows again


def test_units_are_converted_rounded_and_remembered(
    client: httpx.Client, patient_id: str, helpable: Person
) -> None:
    form = form_of(
        helpable,
        **{
            "value.height": "5'7\"",
            "unit.height": "[in_i]",
            "value.weight": "207.2",
            "unit.weight": "[lb_av]",
            "value.total_cholesterol": "5.17",
            "unit.total_cholesterol": "mmol/L",
            "value.waist": "",
        },
    )
    sent = post(client, patient_id, form, Cookie="units=")
    assert sent.status_code == 303, sent.text
    cookie = sent.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    units = cookie.partition(";")[0]
    assert set(units) <= set('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_=.%~"')
    assert not any(one in units for one in ("207", "5.17", patient_id))
    client.cookies.clear()
    own = features_of(client, patient_id)
    assert (own["height"], own["weight"], own["total_cholesterol"]) == ("170.2", "94", "200")
    page = client.get(f"/patients/{patient_id}/values", headers=HTML | {"Cookie": units}).text
    assert 'value="67.01"' in page or 'value="67.0"' in page
    assert '<option value="[lb_av]" selected>lb</option>' in page
    assert re.search(r'name="value\.weight"[^>]* value="207\.2"', page)
    assert re.search(r'name="value\.total_cholesterol"[^>]* value="5\.17"', page)


@pytest.mark.parametrize("scripts", [False, True])
def test_faults_stand_at_their_field_and_what_was_typed_stays(
    client: httpx.Client, patient_id: str, helpable: Person, scripts: bool
) -> None:
    form = form_of(
        helpable,
        **{
            "value.age": "17",
            "value.waist": "33,1",
            "value.weight": "9000",
            "unit.weight": "[lb_av]",
            "value.sbp": "120.5",
            "value.sex": "",
        },
    )
    response = post(client, patient_id, form, **(HTMX if scripts else {}))
    page = response.text
    assert response.status_code == 422
    assert fault(page, "age") == "must be between 18 and 120 years"
    assert fault(page, "waist") == "must be a number with a decimal point, not a comma"
    assert fault(page, "weight") == "must be between 55.2 and 881.8 lb"
    assert fault(page, "sbp") == "must be a whole number"
    assert fault(page, "sex") == "is required"
    assert fault(page, "bmi") is None
    for text in ("17", "33,1", "9000", "120.5"):
        assert f' value="{text}"' in page
    assert '<option value="[lb_av]" selected>' in page
    assert 'tabindex="-1" autofocus' in page
    assert response.headers.get("hx-retarget") == ("#entry" if scripts else None)
    assert client.get(f"/patients/{patient_id}/interventions").status_code == 404


def test_the_index_is_needed_or_what_gives_it(
    client: httpx.Client, patient_id: str, helpable: Person
) -> None:
    page = post(client, patient_id, form_of(helpable, **{"value.weight": ""})).text
    assert fault(page, "bmi") == "is required, or weight and height, from which it follows"
    page = post(client, patient_id, form_of(helpable, **{"value.weight": "390", "value.height": "120"})).text
    assert fault(page, "weight") == "gives a body mass index that must be between 10 and 100 kg/m²"
    page = post(client, patient_id, form_of(helpable, **{"value.bmi": "12"})).text
    assert fault(page, "weight") == "does not agree with bmi and height"


def test_what_is_unusual_is_asked_about_once(client: httpx.Client, patient_id: str, helpable: Person) -> None:
    form = form_of(helpable, **{"value.waist": "43"})
    first = post(client, patient_id, form)
    assert first.status_code == 422
    assert "inches" in first.text
    assert "Ask all the same" in first.text
    checked = dict(re.findall(r'name="(checked\.\w+)" value="([^"]*)"', first.text))
    assert "checked.waist" in checked
    other = post(client, patient_id, form | {"value.waist": "44"} | checked)
    assert other.status_code == 422, "another value, which nobody has looked at"
    assert "Ask all the same" in other.text
    assert post(client, patient_id, form | checked).status_code == 303


@pytest.mark.parametrize("unit", ["stone", "<script>", "[in_i]", "x" * 3000])
def test_a_unit_that_is_none_of_the_field_is_refused_and_not_repeated(
    client: httpx.Client, patient_id: str, helpable: Person, unit: str
) -> None:
    response = post(client, patient_id, form_of(helpable, **{"unit.weight": unit}))
    assert response.status_code == 422
    assert fault(response.text, "weight") == "must be in one of the units that there are to choose"
    assert "<script>" not in response.text
    assert "stone" not in response.text


@pytest.mark.parametrize(
    "cookie", ["units=~~..~%ff", "units=height.[ft_i]~weight.<i>", f"units={'x.y~' * 900}"]
)
def test_an_odd_cookie_changes_nothing(client: httpx.Client, cookie: str) -> None:
    page = client.get(f"/patients/new-{uuid4()}/values", headers=HTML | {"Cookie": cookie})
    assert page.status_code == 200
    assert page.text.count(" selected>cm</option>") == 2
    assert "<i>" not in page.text


def test_hostile_text_comes_back_as_text(client: httpx.Client, patient_id: str, helpable: Person) -> None:
    page = post(client, patient_id, form_of(helpable, **{"value.waist": '"><script>alert(1)</script>'})).text
    assert "<script>alert" not in page
    assert "&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("name", ["dysglycaemia", "heart-disease"])
def test_the_short_form_has_what_matters_and_the_fold_has_the_rest(client: httpx.Client, name: str) -> None:
    page = client.get(f"/patients/new-{uuid4()}/values?model={name}", headers=HTML).text
    short, fold, rest = page.partition('<details class="rest">')
    assert fold
    first, others = (set(re.findall(r'name="value\.(\w+)"', part)) for part in (short, rest))
    assert first & others == set()
    assert "age" in first
    if name == "dysglycaemia":
        assert {"bmi", "weight", "height", "sex"} <= first
        assert {"fibre", "alcohol"} <= others


def test_what_is_in_the_fold_stays_to_be_seen(
    client: httpx.Client, patient_id: str, helpable: Person
) -> None:
    page = post(client, patient_id, form_of(helpable, **{"value.fibre": "many"})).text
    assert '<details class="rest" open>' in page
    assert fault(page, "fibre") == "must be a number"


def test_new_values_of_a_known_patient_begin_with_the_last(
    client: httpx.Client, patient_id: str, helpable: Person
) -> None:
    features = dict(helpable)
    body = {"patient_id": patient_id, "features": features, "generator": "search"}
    client.post("/counterfactuals", json=body).raise_for_status()
    page = client.get(f"/patients/{patient_id}/values", headers=HTML).text
    assert f"New values of patient {patient_id}" in page
    assert f'value="{helpable["sbp"]}"' in page
    sent = post(client, patient_id, form_of(helpable, **{"value.sbp": "128", "known": "yes"}))
    assert sent.status_code == 303
    assert len(client.get(f"/patients/{patient_id}/interventions").json()["answers"]) == 2
    again = post(client, patient_id, form_of(helpable, **{"value.sbp": "x", "known": "yes"})).text
    assert f"<h1>Values of patient {patient_id}</h1>" in again
    assert "Back to the patient" in again


def test_a_program_is_told_as_before(client: httpx.Client, patient_id: str) -> None:
    response = client.post(f"/patients/{patient_id}/interventions", data={"value.bmi": "33,1"})
    assert response.status_code == 422
    assert [one["pointer"] for one in response.json()["errors"]] == ["/bmi"]
