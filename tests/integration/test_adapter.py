"""The shipped adapter: checked before it is used, and merged into the base without PyTorch."""

import json
import shutil
from pathlib import Path

import gguf
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from app.classifiers.model_version import ModelVersion
from app.classifiers.store import find_version
from app.local.embedded.errors import WeightsError
from app.local.embedded.language_model import LanguageModel, language_model
from app.local.embedded.merging import ensure_merged
from app.proposers.llm.adapter import CONFIG, MANIFEST, WEIGHTS, AdapterError, load_adapter
from research.training.manifest import sha256_of
from tests.carried import copied_store, measure


@pytest.fixture
def version(version_1: ModelVersion, tmp_path: Path) -> Path:
    """A copy of the shipped adapter, in a version's folder."""
    shutil.copytree(version_1.folder / "adapter", tmp_path / "1" / "adapter")
    return tmp_path / "1"


def rewrite(version: Path, name: str, **changes: object) -> None:
    """Change a JSON file of the adapter, and list it in the manifest as it is now."""
    path = version / "adapter" / name
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    if name != MANIFEST:
        vouch_for(version, name)


def vouch_for(version: Path, name: str) -> None:
    manifest = version / "adapter" / MANIFEST
    files = json.loads(manifest.read_text())["files"] | {name: sha256_of(version / "adapter" / name)}
    rewrite(version, MANIFEST, files=files)


def test_the_shipped_one_fits_the_embedded_base(tuned: LanguageModel) -> None:
    assert tuned.adapter is not None
    assert tuned.style == "fine_tuned"


def test_a_version_without_one_has_none(tmp_path: Path) -> None:
    assert load_adapter(tmp_path) is None


def test_a_changed_file_is_refused_by_name(version: Path) -> None:
    with (version / "adapter" / WEIGHTS).open("ab") as file:
        file.write(b"x")
    with pytest.raises(AdapterError, match=WEIGHTS):
        load_adapter(version)


@pytest.mark.parametrize("name", [WEIGHTS, CONFIG, MANIFEST])
def test_a_missing_file_is_told(version: Path, name: str) -> None:
    (version / "adapter" / name).unlink()
    with pytest.raises(AdapterError, match=name):
        load_adapter(version)


def test_one_taught_with_other_words_is_refused(version: Path) -> None:
    rewrite(version, MANIFEST, prompt="steps-1")
    with pytest.raises(AdapterError, match="taught with the prompt steps-1"):
        load_adapter(version)


@pytest.mark.parametrize("changes", [{"r": None}, {"r": "many"}, {"lora_alpha": []}])
def test_a_configuration_without_rank_or_scale_is_refused(version: Path, changes: dict[str, object]) -> None:
    rewrite(version, CONFIG, **changes)
    with pytest.raises(AdapterError, match=CONFIG):
        load_adapter(version)


def test_one_for_another_base_is_left_alone(version: Path, kept: Path) -> None:
    rewrite(version, MANIFEST, base_sha256="0" * 64)
    assert language_model(kept, version, lambda *_: None).adapter is None


def test_one_of_another_model_is_taken_where_it_carries_over(kept: Path, tmp_path: Path) -> None:
    store = copied_store(tmp_path)
    heart = find_version(store, "heart-disease")
    assert language_model(kept, heart, lambda *_: None).style == "few_shot"
    measure(store)
    chosen = language_model(kept, heart, lambda *_: None)
    assert chosen.adapter is not None
    assert (chosen.style, chosen.adapter.folder) == ("fine_tuned", store / "dysglycaemia" / "2" / "adapter")


def test_a_refused_one_ends_the_start_with_a_sentence(version: Path, kept: Path) -> None:
    rewrite(version, MANIFEST, prompt="steps-1")
    with pytest.raises(WeightsError, match="taught with the prompt"):
        language_model(kept, version, lambda *_: None)


def test_merged_weights_are_base_plus_adapter(tuned: LanguageModel, kept: Path) -> None:
    assert tuned.adapter is not None
    base = {tensor.name: tensor for tensor in gguf.GGUFReader(tuned.base).tensors}
    merged = {tensor.name: tensor for tensor in gguf.GGUFReader(tuned.merged(kept, lambda *_: None)).tensors}
    assert merged.keys() == base.keys()
    taught = load_file(tuned.adapter.folder / WEIGHTS)
    for part, name in (("mlp.down_proj", "ffn_down"), ("self_attn.v_proj", "attn_v")):
        stem = f"base_model.model.model.layers.7.{part}"
        a, b = (taught[f"{stem}.lora_{side}.weight"].astype(np.float32) for side in "AB")
        key = f"blk.7.{name}.weight"
        before, after = (gguf.quants.dequantize(t[key].data, t[key].tensor_type) for t in (base, merged))
        update = tuned.adapter.alpha / tuned.adapter.rank * b @ a
        off_by, largest = (
            np.abs(w).reshape(-1, 32).max(axis=1) for w in (after - before - update, before + update)
        )
        assert (off_by < largest / 127).all()  # each block of 32 weights is in steps of 1/127 of its largest
        assert np.sum((after - before) * update) / np.sum(update**2) == pytest.approx(1, abs=0.01)


def test_one_that_does_not_fit_leaves_no_file(version: Path, tuned: LanguageModel, tmp_path: Path) -> None:
    path = version / "adapter" / WEIGHTS
    tensors = {name.replace(".layers.0.", ".layers.77."): one for name, one in load_file(path).items()}
    save_file(tensors, path)
    vouch_for(version, WEIGHTS)
    adapter = load_adapter(version)
    assert adapter is not None
    (tmp_path / "models").mkdir()
    with pytest.raises(WeightsError, match=r"the base has no blk\.77\."):
        ensure_merged(tuned.base, adapter, tmp_path, lambda *_: None)
    assert not list((tmp_path / "models").iterdir())
