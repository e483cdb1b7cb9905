"""The public halves of our keys, for whoever asks: each file is read when it changed, and not each time."""

import os
from pathlib import Path

from app.faces.ehr.smart.keys import public_keys
from app.identity.ehr_servers import EhrServers
from app.identity.smart_client.client_key import ClientKey


def trusted_with(path: Path) -> EhrServers:
    smart = {"client_id": "turnpoint", "key_file": str(path)}
    server = {"name": "north", "fhir_base": "https://ehr.example/fhir", "smart": smart}
    return EhrServers.model_validate({"server": [server]})


def test_a_key_is_read_anew_where_its_file_changed_and_not_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "smart.jwk"
    trusted, first, second = trusted_with(path), ClientKey.new(), ClientKey.new()
    first.save(path)
    (told,) = public_keys(trusted)
    assert told == first.public
    assert public_keys(trusted)[0] is told
    path.unlink()
    assert public_keys(trusted) == []
    second.save(path)
    os.utime(path, ns=(1, 1))  # some file systems tell times apart by seconds alone
    assert public_keys(trusted) == [second.public]
