"""A model's card: JSON for programs, Markdown for whoever keeps it, a page for people."""

import asyncio
import json
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from app.classifiers.model_version import ModelVersion
from app.classifiers.source_attributes.listed import source_attributes, source_attributes_markdown
from app.domain.sensor_cautions import sensor_cautions
from app.engine.registry import ServedModel
from app.faces.api.models import ServedModelDep
from app.faces.http.acceptable import writes
from app.faces.http.dependencies import DatabaseDep
from app.faces.http.described import OBJECT, success, text
from app.faces.http.negotiation import JSON, MARKDOWN, PAGE, wants_markdown, wants_page
from app.faces.http.problems import problem_responses
from app.faces.pages.drift import DriftView, drift_unknown, drift_view
from app.faces.pages.model_card import card_page
from app.identity.scopes import AccessScope
from app.storage.database import RecordError, TenantDatabase
from app.usecases.drift.service import drift_of

router = APIRouter(prefix="/models", tags=["models"])

_KINDS = {
    JSON: OBJECT,
    MARKDOWN: text("The card as its keepers edit it."),
    PAGE: text("A page."),
}


@router.get(
    "/{name}/card",
    operation_id="getModelCard",
    response_class=Response,
    dependencies=[writes(MARKDOWN, PAGE)],
    responses=problem_responses(401, 404, 406, 422) | success("The card.", _KINDS),
)
async def card(served: ServedModelDep, request: Request, database: DatabaseDep) -> Response:
    """Say what a model is good for, how well it does, and where not to trust it: JSON, Markdown or a page.

    `source_attributes` has the 31 of 45 CFR 170.315(b)(11)(iv)(B); of those not known it says why.
    """
    markdown, card = await asyncio.to_thread(card_of, served)
    headers = {"Vary": "Accept"}
    if wants_markdown(request):
        return PlainTextResponse(markdown, media_type=MARKDOWN, headers=headers)
    if wants_page(request):
        drift = await _drift(served, request, database)
        return await asyncio.to_thread(card_page, served.model.schema.model.title, markdown, drift)
    return JSONResponse(card, headers=headers)


async def _drift(served: ServedModel, request: Request, database: TenantDatabase) -> DriftView | None:
    """What the page says of drift: to whoever may read each of the answers that it is of."""
    who, state, digest = database.caller.principal, request.state, served.model.digest
    if who.patient is not None or not who.may(AccessScope.COUNTERFACTUALS_READ):
        return None
    try:
        return drift_view(await drift_of(database, digest, state.binnings[digest], state.drift_days))
    except RecordError:
        return drift_unknown()


def card_of(served: ServedModel) -> tuple[str, Any]:
    """The card as Markdown and as JSON, each with the source attributes; of a model without one, those."""
    model = served.model
    markdown, card = _own(model) if model.card is not None else _instead(model)
    cautions = sensor_cautions(model.schema)
    if any(one not in markdown for one in cautions):  # a card that its owner wrote, or an older one
        said = "\n".join(f"- {one}" for one in cautions)
        markdown = f"{markdown.rstrip()}\n\n## Glucose sensor\n\n{said}"
    told = source_attributes(model)
    section = source_attributes_markdown(told)
    own = {"sensor_cautions": list(cautions), "source_attributes": told}
    return f"{markdown.rstrip()}\n\n{section}", card | own


def _own(model: ModelVersion) -> tuple[str, dict[str, Any]]:
    """As its maker wrote it."""
    markdown = (model.folder / "card.md").read_text(encoding="utf-8")
    return markdown, json.loads((model.folder / "card.json").read_text(encoding="utf-8"))


def _instead(model: ModelVersion) -> tuple[str, dict[str, Any]]:
    """What its schema says."""
    facts = model.schema.model
    markdown = f"# {facts.title}, version {model.version}\n\nIts maker gives no card."
    card = {"model": facts.name, "title": facts.title, "version": model.version}
    return markdown, card | {"outcome": facts.outcome, "threshold": facts.threshold}
