"""Reading the pages over HTTP, as a browser or htmx would ask for them."""

from typing import Any

import httpx

Json = dict[str, Any]
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
HTMX = {"HX-Request": "true"}


def page_of(client: httpx.Client, patient_id: str, query: str = "", part: str = "interventions") -> str:
    response = client.get(f"/patients/{patient_id}/{part}{query}", headers=HTML)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/html")
    return " ".join(response.text.replace("\N{NO-BREAK SPACE}", " ").split())


def question_of(client: httpx.Client, answer: Json) -> Json:
    features: Json = dict(answer["counterfactuals"][0]["features"])
    for option in answer["counterfactuals"][:1]:
        for change in [*option["changes"], *option["linked"], *option["brought_along"]]:
            features[change["feature"]] = change["from"]
    return features
