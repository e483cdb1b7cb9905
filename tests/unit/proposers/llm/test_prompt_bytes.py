"""An adapter keeps the prompt that it was taught on: what is sent about 50 people is pinned byte for byte.

`prompts.json` holds SHA-256 digests by style and version. Whoever changes it tunes anew (docs/finetuning.md).
"""

import hashlib
import json
from pathlib import Path

import pytest

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.engine.marginal_effects import marginal_effects_of
from app.engine.problem import problem_about
from app.engine.registry import ModelRegistry
from app.proposers.llm.adapter import adapter_manifest
from app.proposers.llm.exemplars import load_exemplars
from app.proposers.llm.prompt import Style, case_text, messages

PINNED = json.loads(Path(__file__).with_name("prompts.json").read_text(encoding="utf-8"))
PEOPLE = 50


def digest_of(model: ModelVersion, style: Style, form: str | None = None) -> str:
    """Of the messages about the first people held out, in the order of the model's file."""
    bank = load_exemplars(model.folder, len(model.schema.columns))
    digest = hashlib.sha256()
    high = [one for one in people_of(model, Side.HELD_OUT) if one.risk > model.schema.model.threshold]
    for person in high[:PEOPLE]:
        problem = problem_about(model, person.features)
        shown = bank.nearest(problem.patient.factual) if style is Style.FEW_SHOT else []
        text = case_text(problem, marginal_effects_of(problem), form)
        digest.update(json.dumps(messages(model.schema, style, text, shown)).encode())
    return digest.hexdigest()


@pytest.mark.parametrize("style", list(Style))
def test_prompts_stay_what_adapters_were_taught_on(registry: ModelRegistry, style: Style) -> None:
    digests = {one.model.reference: digest_of(one.model, style) for one in registry}
    assert digests == PINNED[style]


def test_shipped_adapters_are_asked_as_they_were_taught(registry: ModelRegistry) -> None:
    """Whatever form the version's own prompts have by now."""
    manifests = {one.model.reference: adapter_manifest(one.model.folder) for one in registry}
    digests = {
        one.model.reference: digest_of(one.model, Style.FINE_TUNED, manifest.prompt)
        for one in registry
        if (manifest := manifests[one.model.reference])
    }
    assert digests == PINNED["adapters"]
