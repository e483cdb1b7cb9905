"""The wire form of the discovery."""

from pydantic import BaseModel, Field


class ServiceEntry(BaseModel):
    """One service, for one hook."""

    hook: str = Field(description="When it is called.")
    id: str = Field(description="The last part of its address, `/cds-services/{id}`.")
    title: str = Field(description="A name for people.")
    description: str = Field(description="What it does.")
    usageRequirements: str = Field(description="What it cannot do without.")  # noqa: N815 - theirs
    version: str = Field(description="Of CDS Hooks.")
    prefetch: dict[str, str] = Field(description="By key, what it wants to know as FHIR queries.")


class Services(BaseModel):
    """All services."""

    services: list[ServiceEntry] = Field(description="Empty where no model reads an EHR's record.")
