"""What is hosted."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from app.domain.carried_over import CarriedOver
from app.domain.errors import NotFoundError
from app.domain.sensor_cautions import sensor_cautions
from app.engine.registry import ModelRegistry, ServedModel
from app.faces.api.json_schema import features_json_schema
from app.faces.http.dependencies import CarriedDep, RegistryDep
from app.faces.http.described import OBJECT, success
from app.faces.http.problems import problem_responses

router = APIRouter(prefix="/models", tags=["models"])

Carried = Mapping[str, CarriedOver]
NOTHING: Carried = {}
_SCHEMA = "application/schema+json"


class ModelSummary(BaseModel):
    """A hosted version of a model in brief."""

    name: str = Field(
        description="What requests call it: name for a model's default version, name@version for another."
    )
    version: str = Field(description="Its version.")
    title: str = Field(description="What people call it.")
    outcome: str = Field(description="What the risk is a risk of.")
    threshold: float = Field(description="The decision threshold (0-1): a risk above it is high.")
    default: bool = Field(description="Whether requests that name no model ask this one.")
    default_version: bool = Field(
        description="Whether requests that name the model without a version ask this one: the newest does, "
        "unless a setting names another."
    )
    proofs: bool = Field(
        description="Whether the search sees the inside of the classifier, so that least effort and what is "
        "out of reach can be proved. False of an ONNX model and of a classifier elsewhere, which are only "
        "asked, in batches."
    )
    carried_over: str | None = Field(
        None,
        description="Where a language model proposes that was tuned for another model, since that was "
        "measured to be better than examples in the prompt: for which, and the shares of valid proposals. "
        "Else null.",
    )


class ModelDetail(ModelSummary):
    """A hosted model: what it answers, from whose data, and what a request may vary."""

    description: str = Field(description="What it is, in a sentence or two.")
    digest: str = Field(description="SHA-256 of its files: what answers were made with.")
    min_robustness: float = Field(
        description="The share (0-1) that an option holds in unless a request says otherwise."
    )
    max_changes: int = Field(
        description="The most features that an option changes unless a request says otherwise."
    )
    horizon: str = Field(description="The time that steps are meant for.")
    committee_size: int = Field(description="How many refits judge whether an option holds.")
    population_size: int = Field(
        description="How many people plausibility is judged by; rows of "
        "them, such as days, where a person has several."
    )
    data: dict[str, str] = Field(description="Whose data the model's people are of.")
    actionable: list[str] = Field(description="Features that options may change.")
    fixed: list[str] = Field(description="Features that no option changes or moves.")
    sensor_cautions: list[str] = Field(
        description="What is to be known of the sensors that told its features, such as a glucose monitor; "
        "empty where nothing is."
    )


async def _served(
    registry: RegistryDep,
    name: Annotated[
        str,
        Path(max_length=64, description="A hosted model: name, or name@version.", examples=["dysglycaemia"]),
    ],
) -> ServedModel:
    served = registry.find(name)
    if served is None:
        raise NotFoundError("No model of this name is hosted.")
    return served


ServedModelDep = Annotated[ServedModel, Depends(_served)]


@router.get("", operation_id="listModels", responses=problem_responses(401))
async def list_models(registry: RegistryDep, carried: CarriedDep) -> list[ModelSummary]:
    """List the hosted models: the default version of each, and the others that are hosted beside it."""
    return [summary_of(served, registry, carried) for served in registry]


@router.get("/{name}", operation_id="getModel", responses=problem_responses(401, 404, 422))
async def get_model(served: ServedModelDep, registry: RegistryDep, carried: CarriedDep) -> ModelDetail:
    """Describe a hosted model."""
    return detail_of(served, registry, carried)


def summary_of(served: ServedModel, registry: ModelRegistry, carried: Carried = NOTHING) -> ModelSummary:
    """A model in brief; `carried` is what language models learned about others, by version."""
    return ModelSummary(**_brief(served, registry, carried))


def detail_of(served: ServedModel, registry: ModelRegistry, carried: Carried = NOTHING) -> ModelDetail:
    """A model as GET /models/{name} tells of it."""
    model, facts = served.model, served.model.schema.model
    moving = {feature.name for feature in model.schema.actionable} | set(model.schema.link_of)
    return ModelDetail(
        **_brief(served, registry, carried),
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
        sensor_cautions=list(sensor_cautions(model.schema)),
    )


@router.get(
    "/{name}/schema",
    operation_id="getModelSchema",
    response_class=Response,
    responses=problem_responses(401, 404, 422) | success("JSON Schema.", {_SCHEMA: OBJECT}),
)
async def get_schema(served: ServedModelDep) -> JSONResponse:
    """Give the JSON Schema of a model's features."""
    return JSONResponse(features_json_schema(served.model.schema), media_type=_SCHEMA)


def _brief(served: ServedModel, registry: ModelRegistry, carried: Carried) -> dict[str, Any]:
    facts, name = served.model.schema.model, registry.name_of(served)
    told = carried.get(served.model.reference)
    return {
        "name": name,
        "version": served.model.version,
        "title": facts.title,
        "outcome": facts.outcome,
        "threshold": facts.threshold,
        "default": name == registry.default,
        "default_version": name == served.model.name,
        "proofs": served.has_proofs,
        "carried_over": told.words if told else None,
    }
