"""From examples and a recipe to an adapter in the model store."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Person
from app.engine.references import reference_data_of
from app.proposers.llm.adapter import Adapter
from app.proposers.llm.prompt import VERSION, Style, messages
from research.finetuning.artefact import write_adapter
from research.finetuning.base import BaseLlm, load_base, with_adapter
from research.finetuning.errors import FinetuningError
from research.finetuning.packing import pack_example
from research.finetuning.pairs import examples_of, read_examples
from research.finetuning.preparation import chosen_examples, read_adapter, read_task
from research.finetuning.questions import is_kept_back, training_people
from research.finetuning.recipe import Recipe
from research.finetuning.sampling import sample
from research.finetuning.tune import tune
from research.finetuning.validation import ValidationScores, ValidationSet, validate, validation_set
from research.training.manifest import sha256_of

VALIDATION_PEOPLE = 48
"""People kept back on whom validity is looked at."""

Report = Callable[[str, float], None]


def finetune(
    name: str,
    store: Path,
    base_name: str,
    examples_path: Path,
    home: Path,
    onward: bool,
    target: Path | None,
    report: Report,
) -> Path:
    """Tune an adapter and write it to `target`, or into the model's version; a run that was stopped goes on.

    `home` keeps checkpoints, one folder for each combination of base, examples and recipe. With `onward` the
    version's own adapter is tuned further, by the recipe's second round.

    Raises:
        FinetuningError: the model, its recipe, the examples or the base cannot be used.
    """
    model, recipe = read_task(name, store)
    before = read_adapter(model) if onward else None
    recipe = recipe.onward() if onward else recipe
    if not examples_path.exists():
        raise FinetuningError(f"{examples_path} is missing: turnpoint pairs {name} makes it")
    report("Loading the base model", 0.0)
    base = load_base(base_name, recipe.training.four_bit)
    tuned = BaseLlm(with_adapter(base, recipe, before), tokenizer=base.tokenizer, device=base.device)
    chosen = chosen_examples(read_examples(examples_path), recipe)
    report("Choosing people kept back to look at", 0.0)
    validation = validation_set(model, validation_people(model, recipe))
    packed_examples = [
        pack_example(example, lambda case: _prompt(tuned, model, case), tuned.answer) for example in chosen
    ]
    folder = home / _key(base_name, examples_path, recipe, before)
    progress = tune(tuned, packed_examples, recipe, lambda: _check(tuned, model, validation), folder, report)
    about = {
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


def validation_people(model: ModelVersion, recipe: Recipe) -> list[Person]:
    """People at high risk, kept back from examples of both rounds, first those with an answer that holds.

    Of a model to whose questions few answers hold, people with any other answer fill up the number.
    """
    references = reference_data_of(model)
    holding: list[Person] = []
    others: list[Person] = []
    for person in training_people(model):
        if person.risk <= model.schema.model.threshold:
            continue
        if not is_kept_back(person.source_id, recipe.data.validation_share):
            continue
        examples = list(examples_of(model, references, [person], recipe.data.seed))
        if any(example.held for example in examples):
            holding.append(person)
        elif examples:
            others.append(person)
        if len(holding) == VALIDATION_PEOPLE:
            break
    return [*holding, *others][:VALIDATION_PEOPLE]


def _prompt(base: BaseLlm, model: ModelVersion, case: str) -> list[int]:
    return base.prompt(messages(model.schema, Style.FINE_TUNED, case))


def _check(base: BaseLlm, model: ModelVersion, validation: ValidationSet) -> ValidationScores:
    prompts = [_prompt(base, model, case) for case in validation.cases]
    return validate(validation, lambda _: (texts[0] for texts in sample(base, prompts)))


def _key(base_name: str, examples: Path, recipe: Recipe, before: Adapter | None) -> str:
    decides = recipe.model_dump_json(exclude={"own"})
    start = before.digest if before else "anew"
    text = f"{base_name} {sha256_of(examples)} {decides} {VERSION} {start}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
