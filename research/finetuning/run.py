"""From examples and a recipe to an adapter in the model store."""

import hashlib
from pathlib import Path

from app.classifiers.model_version import ModelVersion
from app.engine.references import reference_data_of
from app.proposers.llm.adapter import Adapter
from app.proposers.llm.prompt import Style, messages, version_of
from research.finetuning.artefact import write_adapter
from research.finetuning.base import BaseLlm, load_base, with_adapter
from research.finetuning.errors import FinetuningError
from research.finetuning.packing import pack_example
from research.finetuning.pairs import read_examples
from research.finetuning.preparation import Report, Say, enough_examples, read_adapter, read_task
from research.finetuning.recipe import VALIDATION_PEOPLE, Recipe
from research.finetuning.sampling import MOST_TOKENS, sample
from research.finetuning.tune import tune
from research.finetuning.validation import ValidationScores, validate, validation_questions
from research.training.manifest import sha256_of


def finetune(
    name: str,
    store: Path,
    base_name: str,
    examples_path: Path,
    home: Path,
    onward: bool,
    start: Path | None,
    target: Path | None,
    report: Report,
    say: Say,
) -> Path:
    """Tune an adapter and write it to `target`, or into the model's version; a run that was stopped goes on.

    `home` keeps checkpoints, one folder for each combination of base, examples and recipe. With `onward` an
    adapter is tuned further by the recipe's second round: that of the folder `start`, or the version's own.
    Without it the first round begins at the adapter of `start`, or anew.

    Raises:
        FinetuningError: the model, its recipe, the examples or the base cannot be used, or there are too few
            people to learn from or to look at.
    """
    model, recipe = read_task(name, store, say)
    before = read_adapter(model, start) if onward or start else None
    recipe = recipe.onward() if onward else recipe
    chosen = enough_examples(model, read_examples(examples_path, model), recipe)
    report("Loading the base model", 0.0)
    base = load_base(base_name, recipe.training.four_bit)
    tuned = BaseLlm(with_adapter(base, recipe, before), tokenizer=base.tokenizer, device=base.device)
    report("Choosing people kept back to look at", 0.0)
    references = reference_data_of(model)
    share = recipe.data.validation_share
    validation = validation_questions(model, references, share, VALIDATION_PEOPLE)
    if not validation:
        raise FinetuningError(
            f"Nobody at high risk is kept back who has an answer: raise data.validation_share, now {share:g}"
        )
    packed_examples = [
        pack_example(example, lambda case: _prompt(tuned, model, case), tuned.answer) for example in chosen
    ]
    limit = max(MOST_TOKENS, *(len(tuned.answer(answer)) for one in chosen for answer in one.answers))
    folder = home / _key(base_name, version_of(model.schema), examples_path, recipe, before)

    def check() -> ValidationScores:
        prompts = [_prompt(tuned, model, one.case) for one in validation]
        said = sample(tuned, prompts, most_tokens=limit)
        return validate(validation, references, lambda _: (texts[0] for texts in said))

    progress = tune(tuned, packed_examples, recipe, check, folder, report)
    about = {
        "prompt": version_of(model.schema),
        "base": Path(base_name).name,
        "base_sha256": sha256_of(Path(base_name)) if Path(base_name).is_file() else None,
        "model": {"name": model.name, "version": model.version, "digest": model.digest},
        "lessons": {  # as shipped manifests call the examples
            "sha256": sha256_of(examples_path),
            "questions": len(chosen),
        },
        "tuned_further": before.digest if before else None,
    }
    target = target or model.folder / "adapter"
    write_adapter(target, tuned.model, recipe, progress, about)
    return target


def _prompt(base: BaseLlm, model: ModelVersion, case: str) -> list[int]:
    return base.prompt(messages(model.schema, Style.FINE_TUNED, case))


def _key(base_name: str, prompt: str, examples: Path, recipe: Recipe, before: Adapter | None) -> str:
    decides = recipe.model_dump_json(exclude={"own"})
    start = before.digest if before else "anew"
    text = f"{base_name} {sha256_of(examples)} {decides} {prompt} {start}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
