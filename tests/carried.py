"""A store in which what a language model learned about one model was measured on another one."""

import shutil
from pathlib import Path
from typing import Any

from app.classifiers.folder import digest_of
from app.classifiers.store import find_version
from app.paths import MODEL_STORE
from app.proposers.llm.adapter import load_adapter
from app.proposers.llm.carry_over import CarryOver, write_carry_over

HEART, WORDS = "heart-disease@2", "carried over from dysglycaemia@2: 63 % against 27 %"


def copied_store(folder: Path) -> Path:
    """The newest versions of the shipped models, of which the first has an adapter."""
    for name in ("dysglycaemia", "heart-disease"):
        shutil.copytree(MODEL_STORE / name / "2", folder / name / "2")
        shutil.copy(MODEL_STORE / name / "task.toml", folder / name)
    return folder


def measure(store: Path, **changes: Any) -> Path:
    """As `turnpoint carry-over heart-disease --from dysglycaemia` writes it."""
    home, adapter = find_version(store, "heart-disease"), load_adapter(find_version(store, "dysglycaemia"))
    assert adapter is not None
    figures = {
        "model": HEART,
        "model_digest": digest_of(home),
        "taught_for": "dysglycaemia@2",
        "adapter": adapter.digest,
        "prompt": adapter.manifest.prompt,
        "base": adapter.manifest.base,
        "people": 60,
        "valid": 38,
        "few_shot_valid": 16,
        "temperature": 0.7,
        "seed": 1,
    }
    return write_carry_over(home, CarryOver.model_validate(figures | changes))
