"""Writing the adapter into the model's version: weights, configuration, log, plot, manifest."""

import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from safetensors.torch import save_file

from app import __version__
from app.proposers.llm.adapter import CONFIG, MANIFEST, WEIGHTS
from research.finetuning.plots import loss_svg
from research.finetuning.recipe import Recipe
from research.finetuning.tune import TuningProgress
from research.training.manifest import sha256_of, write_json

_PACKAGES = ("peft", "torch", "transformers")


def write_adapter(
    folder: Path, model: PeftModel, recipe: Recipe, progress: TuningProgress, about: dict[str, Any]
) -> None:
    """Replace `folder` by the adapter as it is now; half precision is exact enough and half the size."""
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    weights = {
        name.replace(".default.", "."): one.detach().to("cpu", torch.float16).contiguous()
        for name, one in model.named_parameters()
        if one.requires_grad
    }
    save_file(weights, partial / WEIGHTS)
    (partial / WEIGHTS).chmod(0o644)
    write_json(partial / CONFIG, _config(model))
    write_json(partial / "log.json", progress.log)
    (partial / "loss.svg").write_text(loss_svg(progress.log), encoding="utf-8")
    files = {path.name: sha256_of(path) for path in sorted(partial.iterdir())}
    write_json(
        partial / MANIFEST,
        {
            "turnpoint": __version__,
            **about,
            "recipe": recipe.model_dump(),
            "steps": progress.best_step or progress.step,
            "made_with": {name: version(name) for name in _PACKAGES},
            "files": files,
        },
    )
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def _config(model: PeftModel) -> dict[str, Any]:
    """PEFT's own description, without where on which machine the base was."""
    config = json.loads(json.dumps(model.peft_config["default"].to_dict(), default=_plain))
    return dict(sorted((config | {"base_model_name_or_path": None, "inference_mode": True}).items()))


def _plain(value: object) -> Any:
    return sorted(value) if isinstance(value, set) else str(value)
