"""Making Turnpoint and the mock EHR known to each other: keys, registered apps, the file of trusted EHRs."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from tests.ehr.clients import Client
from tests.ehr.keys import Key, jwks, key_of, new_key
from tests.ehr.people import GROUP
from tests.ehr.state import MockEhr

APP, PROGRAM = "turnpoint", "turnpoint-nightly"
CALLBACK = "/launch/callback"
_READS = ("Patient.rs", "Observation.rs", "Condition.rs")
CARD_SCOPES = tuple(f"patient/{scope}" for scope in _READS)
"""What the access token of a CDS Hooks call reaches."""
_APP_SCOPES = ("launch", "openid", "fhirUser", *CARD_SCOPES)
_PROGRAM_SCOPES = ("system/Group.rs", *(f"system/{scope}" for scope in _READS))


@dataclass(frozen=True, slots=True)
class Files:
    """What Turnpoint is given: the value of EHR_SERVERS_FILE, and the private keys that it names."""

    servers: Path
    app_key: Path
    program_key: Path


def files_in(folder: Path) -> Files:
    """Where they lie in a folder, once `connect` has written them."""
    return Files(folder / "ehr.toml", folder / "smart.jwk", folder / "backend.jwk")


def connect(ehr: MockEhr, turnpoint: str, folder: Path) -> Files:
    """Register the Turnpoint at an address as app and as nightly program, and write what it is given."""
    files = files_in(folder)
    app, program = _kept(files.app_key), _kept(files.program_key)
    ehr.clients.register(Client(APP, _APP_SCOPES, (f"{turnpoint}{CALLBACK}",), jwks(app)))
    ehr.clients.register(Client(PROGRAM, _PROGRAM_SCOPES, (), jwks(program), ("client_credentials",)))
    files.servers.write_text(_servers(ehr, files), encoding="utf-8")
    return files


def _kept(path: Path) -> Key:
    """The private key of a file for its owner alone; a new one where there is none.

    Turnpoint reads it at its start: a mock that is started again must know the same.
    """
    if path.exists():
        return key_of(json.loads(path.read_text()))
    key = new_key()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(key.private_jwk, file)
    return key


def _servers(ehr: MockEhr, files: Files) -> str:
    """The TOML of trusted EHRs that names this one."""
    return f"""\
[[server]]
name = "mock"
fhir_base = {json.dumps(ehr.fhir_base)}

[server.cds]
issuer = {json.dumps(ehr.fhir_base)}
jwks_url = {json.dumps(ehr.jwks_url)}

[server.smart]
client_id = "{APP}"
key_file = {json.dumps(str(files.app_key))}

[server.backend]
client_id = "{PROGRAM}"
key_file = {json.dumps(str(files.program_key))}
groups = ["{GROUP}"]
"""
