"""What a running mock EHR knows and has been asked."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.ehr.faults import Faults
from tests.ehr.grants import Grants
from tests.ehr.people import resources_of_all

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was made of the mock; `query` as it came, of a form too."""

    method: str
    path: str
    query: str
    has_token: bool


@dataclass
class MockEhr:
    """One mock EHR: its address, its records, its tokens, and the faults that it was ordered to have."""

    url: str
    """Its own base address, without a slash at the end."""
    told_on: date
    """The day that records are told as of."""
    asks_for_tokens: bool = True
    page: int = 20
    """Entries on a page where a search does not say."""
    resources: list[Json] = field(default_factory=list)
    grants: Grants = field(default_factory=Grants)
    faults: Faults = field(default_factory=Faults)
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.resources = self.resources or resources_of_all(self.told_on)

    @property
    def fhir_base(self) -> str:
        return f"{self.url}/fhir"

    def add(self, *resources: Json) -> None:
        """Further resources, for a test; one of the same type and id takes the place of what is there."""
        known = {(one["resourceType"], one["id"]) for one in resources}
        kept = [one for one in self.resources if (one["resourceType"], one["id"]) not in known]
        self.resources = [*kept, *resources]

    def read(self, type: str, id: str) -> Json | None:
        """A resource by type and id."""
        found = (one for one in self.resources if (one["resourceType"], one["id"]) == (type, id))
        return next(found, None)
