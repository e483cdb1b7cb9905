"""Connections to the EHR servers of a deployment, each to its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.identity.ehr_servers import EhrServers
from app.identity.smart_client.server import SmartServer
from app.outbound.fhir.client import FhirClient


@dataclass(frozen=True, slots=True)
class EhrConnections:
    """By the servers' names: their authorisation, and their records."""

    trusted: EhrServers
    smart: Mapping[str, SmartServer]
    fhir: Mapping[str, FhirClient]
