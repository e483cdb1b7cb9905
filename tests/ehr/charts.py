"""The pages of the mock EHR: all charts, and the cards beside one."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tests.ehr.cds_client import Answered, CdsClient
from tests.ehr.pages import message_page, page
from tests.ehr.people import names
from tests.ehr.records import facts_of
from tests.ehr.state import MockEhr

Json = dict[str, Any]
REASONS = {
    "patient-refuses": "The patient does not want it",
    "action-not-priority": "Not a priority now",
    "patient-contraindication": "Contraindicated",
    "need-more-info": "More information is needed",
}
_REASONS_SYSTEM = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


class Charts:
    """Routes for people."""

    def __init__(self, ehr: MockEhr, client: CdsClient) -> None:
        self._ehr, self._client = ehr, client

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/", self._everybody),
            Route("/chart/{patient}", self._chart),
            Route("/feedback", self._feedback, methods=["POST"]),
            Route("/launch", self._launch),
        ]

    async def _everybody(self, _: Request) -> Response:
        return page("everybody.html", people=[facts_of(self._ehr, name) for name in names()], ehr=self._ehr)

    async def _chart(self, request: Request) -> Response:
        patient = request.path_params["patient"]
        if self._ehr.read("Patient", patient) is None:
            return message_page("Nobody of this id has a chart here.", 404)
        with_prefetch = request.query_params.get("prefetch") != "0"
        trouble, answers = "", list[Answered]()
        try:
            answers = list(await self._client.open_chart(patient, with_prefetch=with_prefetch))
        except httpx.HTTPError as error:
            trouble = f"Turnpoint does not answer as a CDS service does ({type(error).__name__})."
        return page(
            "chart.html",
            person=facts_of(self._ehr, patient),
            answers=answers,
            trouble=trouble,
            with_prefetch=with_prefetch,
            told=request.query_params.get("told"),
            reasons=REASONS,
            markdown=_MARKDOWN.render,
            launch_query=lambda link: urlencode(self._launch_of(link, patient)),
        )

    def _launch_of(self, link: Json, patient: str) -> dict[str, str]:
        return {"url": link["url"], "patient": patient, "appContext": link.get("appContext", "")}

    async def _feedback(self, request: Request) -> Response:
        """Of a form: a suggestion that is taken becomes part of the chart, a card may be overridden."""
        form = dict(parse_qsl((await request.body()).decode()))
        patient, card = form.get("patient", ""), form.get("card", "")
        if card not in self._ehr.cards:
            return message_page("This card was not shown here.", 404)
        if form.get("suggestion"):
            self._ehr.take(card, form["suggestion"])
            told = {"acceptedSuggestions": [{"id": form["suggestion"]}]}
            status = await self._client.tell(card, "accepted", **told)
        else:
            code = form.get("reason", "need-more-info")
            reason = {"code": code, "system": _REASONS_SYSTEM, "display": REASONS.get(code, code)}
            status = await self._client.tell(card, "overridden", overrideReason={"reason": reason})
        return RedirectResponse(f"/chart/{patient}?{urlencode({'told': status})}", 303)

    async def _launch(self, request: Request) -> Response:
        """Open an app in the context of a chart (SMART EHR launch)."""
        url, patient = request.query_params.get("url", ""), request.query_params.get("patient", "")
        if not url.startswith(f"{self._ehr.turnpoint}/") or self._ehr.read("Patient", patient) is None:
            return message_page("Only the app that is connected is launched, from somebody's chart.", 400)
        context = request.query_params.get("appContext") or None
        launch = {"iss": self._ehr.fhir_base, "launch": self._ehr.launch(patient, context)}
        return RedirectResponse(f"{url}{'&' if '?' in url else '?'}{urlencode(launch)}", 303)
