"""What is hosted."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from app.engine.hosting import Hosted, Hosting
from app.http.dependencies import HostingDep
from app.http.problems import NotFoundError, documented
from app.models.json_schema import features_json_schema

router = APIRouter(prefix="/models", tags=["models"])


class ModelSummary(BaseModel):
    """A hosted model in brief."""

    name: str
    version: str
    title: str
    outcome: str
    threshold: float
    default: bool


class ModelDetail(ModelSummary):
    """A hosted model: what it answers, from whose data, and what a request may vary."""

    description: str
    digest: str
    min_robustness: float
    max_changes: int
    horizon: str
    committee_size: int
    population_size: int
    data: dict[str, str]
    actionable: list[str]
    fixed: list[str]


def _hosted(hosting: HostingDep, name: Annotated[str, Path(max_length=64)]) -> Hosted:
    hosted = hosting.find(name)
    if hosted is None:
        raise NotFoundError("No model of this name is hosted.")
    return hosted


HostedDep = Annotated[Hosted, Depends(_hosted)]


@router.get("", responses=documented(401))
async def list_models(hosting: HostingDep) -> list[ModelSummary]:
    """List the hosted models."""
    return [ModelSummary(**_brief(hosted, hosting)) for hosted in hosting]


@router.get("/{name}", responses=documented(401, 404, 422))
async def get_model(hosted: HostedDep, hosting: HostingDep) -> ModelDetail:
    """Describe a hosted model."""
    model, facts = hosted.model, hosted.model.schema.model
    moving = {feature.name for feature in model.schema.actionable} | set(model.schema.link_of)
    return ModelDetail(
        **_brief(hosted, hosting),
        description=facts.description,
        digest=model.digest,
        min_robustness=facts.min_robustness,
        max_changes=facts.max_changes,
        horizon=facts.horizon,
        committee_size=model.committee.size,
        population_size=len(model.population.rows),
        data=model.schema.data.model_dump(),
        actionable=[feature.name for feature in model.schema.actionable],
        fixed=[feature.name for feature in model.schema.features if feature.name not in moving],
    )


@router.get("/{name}/schema", responses=documented(401, 404, 422))
async def get_schema(hosted: HostedDep) -> JSONResponse:
    """Give the JSON Schema of a model's features."""
    return JSONResponse(features_json_schema(hosted.model.schema), media_type="application/schema+json")


def _brief(hosted: Hosted, hosting: Hosting) -> dict[str, Any]:
    facts = hosted.model.schema.model
    return {
        "name": facts.name,
        "version": hosted.model.version,
        "title": facts.title,
        "outcome": facts.outcome,
        "threshold": facts.threshold,
        "default": facts.name == hosting.default,
    }
