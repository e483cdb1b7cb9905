"""The CDS services that there are: one for each model that reads an EHR's record."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.ehr import EhrMapping
from app.domain.errors import NotFoundError
from app.domain.feature import Feature, MissingPolicy
from app.domain.wording import and_list, inline
from app.engine.registry import ModelRegistry, ServedModel
from app.fhir.terms import Json
from app.ingest.fhir.queries import queries_of

HOOKS = ("encounter-start", "patient-view")
"""Under one id, so that the later replaces what the earlier showed. Clients that keep one service for each
address keep the last: that of the hook which everybody has."""
_PREFIX = "interventions-"
_VERSION = "2.0"


@dataclass(frozen=True, slots=True)
class CdsService:
    """A service, by its id, and the model behind it."""

    served: ServedModel

    @property
    def id(self) -> str:
        return f"{_PREFIX}{self.served.model.name}"

    @property
    def queries(self) -> dict[str, str]:
        """What it wants to know, as prefetch templates."""
        return queries_of(self.served.ehr)

    def entry(self, hook: str) -> Json:
        """Its entry in the discovery, for a hook."""
        facts = self.served.model.schema.model
        return {
            "hook": hook,
            "id": self.id,
            "title": f"{facts.title}: verified options",
            "description": "Small changes that would lower this patient's estimated chance of "
            f"{inline(facts.outcome)}, each scored by the model itself. Options to consider, not orders.",
            "usageRequirements": f"Needs {_listed(self.served.ehr, required(self.served))}.",
            "version": _VERSION,
            "prefetch": self.queries,
        }


def services_of(registry: ModelRegistry) -> Iterator[CdsService]:
    """One for the default version of each model that has codes of an EHR."""
    for served in registry.defaults():
        service = CdsService(served)
        if service.queries:
            yield service


def service_named(registry: ModelRegistry, service_id: str) -> CdsService:
    """The service of an id.

    Raises:
        NotFoundError: there is none.
    """
    found = next((one for one in services_of(registry) if one.id == service_id), None)
    if found is None:
        raise NotFoundError("There is no CDS service with this id: GET /cds-services lists them.")
    return found


def discovery(registry: ModelRegistry) -> Json:
    """What `GET /cds-services` tells; an empty list where no model reads an EHR's record."""
    services = list(services_of(registry))
    return {"services": [service.entry(hook) for hook in HOOKS for service in services]}


def required(served: ServedModel) -> list[Feature]:
    """Features without which the model says nothing."""
    return [one for one in served.model.schema.features if one.missing is MissingPolicy.REFUSED]


def or_instead(mapping: EhrMapping, feature: Feature) -> str:
    """What a record may tell in a feature's place: " (or weight with height)", or nothing."""
    others = [inline(mapping.schema[name].label) for name in mapping.in_place_of(feature.name)]
    return f" (or {' with '.join(others)})" if others else ""


def _listed(mapping: EhrMapping, features: list[Feature]) -> str:
    return and_list([f"{inline(one.label)}{or_instead(mapping, one)}" for one in features])
