"""What is written is what was learned: the gateway can check it, and a second round goes on from it."""

from copy import deepcopy
from pathlib import Path

import pytest
import torch

from app.proposers.llm.adapter import AdapterError, load_adapter
from research.finetuning.artefact import write_adapter
from research.finetuning.base import BaseLlm, with_adapter
from research.finetuning.errors import FinetuningError
from research.finetuning.recipe import Recipe
from research.finetuning.tune import TuningProgress

ABOUT = {"prompt": "points-3", "base": "tiny", "base_sha256": None, "tuned_further": None}
PROGRESS = TuningProgress(
    step=2, best_step=2, best=0.5, log=[{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.0, "valid": 0.5}]
)


def write(base: BaseLlm, recipe: Recipe, folder: Path) -> torch.Tensor:
    """Write an adapter with weights of its own; what it makes of three tokens."""
    adapted = with_adapter(deepcopy(base), recipe)
    with torch.no_grad():
        for weights in adapted.parameters():
            if weights.requires_grad:
                weights.copy_(torch.randn_like(weights).half())
    write_adapter(folder / "adapter", adapted, recipe, PROGRESS, ABOUT)
    return logits(adapted)


def logits(model: torch.nn.Module) -> torch.Tensor:
    with torch.no_grad():
        out: torch.Tensor = model(torch.tensor([[5, 6, 7]])).logits
    return out


def test_it_is_read_back_as_it_was(base: BaseLlm, recipe: Recipe, tmp_path: Path) -> None:
    before = write(base, recipe, tmp_path)
    adapter = load_adapter(tmp_path)
    assert adapter is not None
    assert (adapter.rank, adapter.alpha) == (4, 8.0)
    assert torch.allclose(logits(with_adapter(deepcopy(base), recipe, adapter)), before)


def test_one_that_was_changed_is_refused(base: BaseLlm, recipe: Recipe, tmp_path: Path) -> None:
    write(base, recipe, tmp_path)
    path = tmp_path / "adapter" / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(AdapterError, match=r"adapter_model\.safetensors is not the file"):
        load_adapter(tmp_path)


def test_one_of_another_base_is_refused(base: BaseLlm, recipe: Recipe, tmp_path: Path) -> None:
    write(base, recipe, tmp_path)
    shallow = deepcopy(base)
    shallow.model.model.layers = shallow.model.model.layers[:1]
    with pytest.raises(FinetuningError, match="does not fit the base"):
        with_adapter(shallow, recipe, load_adapter(tmp_path))
