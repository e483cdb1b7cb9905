"""The file of trusted EHRs that the mock writes is one that the service reads."""

import json
import stat
from pathlib import Path

from app.identity.ehr_servers import load_ehr_servers
from tests.ehr.connecting import APP, CALLBACK, PROGRAM, connect
from tests.ehr.serving import mock_ehr


def test_what_turnpoint_is_given(tmp_path: Path) -> None:
    with mock_ehr() as ehr:
        files = connect(ehr, "http://127.0.0.1:8000", tmp_path)
        (server,) = load_ehr_servers(files.servers).servers
        assert server.base == ehr.fhir_base
        assert server.cds is not None
        assert server.cds.jwks_url == ehr.jwks_url
        assert server.smart is not None
        assert server.backend is not None
        assert ehr.clients.by_id[APP].redirect_uris == (f"http://127.0.0.1:8000{CALLBACK}",)
        for client, path in ((APP, server.smart.key_file), (PROGRAM, server.backend.key_file)):
            assert path is not None
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            kept = json.loads(path.read_text())
            (known,) = (ehr.clients.by_id[client].jwks or {})["keys"]
            assert {name: value for name, value in kept.items() if name != "d"} | {"use": "sig"} == known
            assert set(server.smart.scopes.split()) <= set(ehr.clients.by_id[APP].scopes)


def test_a_mock_that_is_started_again_knows_the_same_keys(tmp_path: Path) -> None:
    known = []
    for _ in range(2):
        with mock_ehr() as ehr:
            connect(ehr, "http://127.0.0.1:8000", tmp_path)
            known.append([ehr.clients.by_id[client].jwks for client in (APP, PROGRAM)])
    assert known[0] == known[1]
