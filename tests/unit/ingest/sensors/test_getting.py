"""A public table is kept only if it is the one that is known."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from app.ingest.sensors import getting
from app.ingest.sensors.getting import NAME, get_lifesnaps
from app.ingest.sensors.sources.base import SourceError

CONTENT = b"id,date,steps\ninvented,2021-06-01,1\n"


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real table is not here: an invented one stands for what is known."""
    monkeypatch.setattr(getting, "SHA256", hashlib.sha256(CONTENT).hexdigest())
    monkeypatch.setattr(getting, "SIZE", len(CONTENT))


def test_a_file_and_an_archive_that_has_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CONTENT)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("other.csv", b"x" * len(CONTENT))
        archive.writestr("folder/daily.csv", CONTENT)
    for name in ("a.csv", "a.zip"):
        home = tmp_path / name.replace(".", "-")
        assert get_lifesnaps(str(tmp_path / name), home).read_bytes() == CONTENT
        assert [path.name for path in home.iterdir()] == [NAME]


def test_another_file_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CONTENT.replace(b"1", b"2"))
    with pytest.raises(SourceError, match="its SHA-256 is another than"):
        get_lifesnaps(str(tmp_path / "a.csv"), tmp_path / "home")
    assert list((tmp_path / "home").iterdir()) == []


def test_what_cannot_be_had(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        get_lifesnaps(str(tmp_path / "none.csv"), tmp_path / "home")
    with pytest.raises(SourceError, match=r"cannot be fetched \(ConnectError\). A file will do as well."):
        get_lifesnaps("http://127.0.0.1:9/daily.csv", tmp_path / "home")
