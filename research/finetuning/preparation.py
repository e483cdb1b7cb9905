"""Examples from a model's training people; needs nothing of what fine-tuning itself needs."""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from itertools import chain
from pathlib import Path

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Person
from app.classifiers.store import ModelFolderError, load_version
from app.domain.short_names import is_shortened
from app.domain.wording import line_text
from app.engine.references import reference_data_of
from app.proposers.llm.adapter import Adapter, AdapterError, adapter_in, load_adapter
from app.proposers.llm.prompt import Style
from research.finetuning.answers import AnswerKind
from research.finetuning.errors import FinetuningError
from research.finetuning.pairs import Example, examples_of, write_examples
from research.finetuning.questions import kept_back, training_people
from research.finetuning.recipe import Recipe, default_recipe, read_recipe
from research.finetuning.self_training import self_training_examples
from research.finetuning.targets import least_risk
from research.llm_session import LlmEndpoint, llm_session, serving

RECIPE = "finetune.toml"

Report = Callable[[str, float], None]
Say = Callable[[str], None]


def make_examples(name: str, store: Path, path: Path, report: Report, say: Say) -> int:
    """Write the examples of a model's training people; returns how many questions have an answer.

    Raises:
        FinetuningError: the model or its recipe cannot be used, or no question has an answer.
    """
    model, recipe = read_task(name, store, say)
    people = training_people(model)[:: recipe.data.every]

    def reported() -> Iterator[Person]:
        for done, person in enumerate(people):
            report(f"{done} of {len(people)} people", done / len(people))
            yield person

    examples = examples_of(model, reference_data_of(model), reported(), recipe.data.seed)
    return _written(
        path, model, examples, f"None of the questions about {len(people)} people has an answer that holds"
    )


def make_self_training_examples(
    name: str,
    store: Path,
    path: Path,
    home: Path,
    given: LlmEndpoint | None,
    report: Report,
    say: Say,
    start: Path | None = None,
) -> int:
    """Write examples from what the tuned model itself proposes about its training people; returns how many.

    Asks the server given, or the embedded one with the adapter of `start`, or else the model's.

    Raises:
        FinetuningError: the model or its recipe cannot be used, or nothing that was proposed holds.
        EmbeddedError, LlmError: the language model cannot be had.
    """
    model, recipe = read_task(name, store, say)
    adapter = read_adapter(model, start)
    everybody = training_people(model)
    kept = kept_back(everybody, recipe.data.validation_share)
    people = [person for person in everybody if person.whose not in kept][:: recipe.own.every]
    references = reference_data_of(model)

    async def collect(endpoint: LlmEndpoint) -> list[Example]:
        examples: list[Example] = []
        turns = asyncio.Semaphore(endpoint.at_once)
        form, samples = adapter.manifest.prompt, recipe.own.samples
        async with llm_session(endpoint, model, Style.FINE_TUNED, samples, form) as proposer:

            async def about(person: Person) -> list[Example]:
                async with turns:
                    learned = self_training_examples(model, references, [person], recipe.data.seed, proposer)
                    return [example async for example in learned]

            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(about(person)) for person in people]
                for done, task in enumerate(tasks):
                    report(f"{done} of {len(people)} people, {len(examples)} examples", done / len(people))
                    examples += await task
        return examples

    server = nullcontext(given) if given else serving(adapter, home, lambda words, _: report(words, 0.0))
    with server as endpoint:
        hot = replace(endpoint, temperature=recipe.own.temperature)
        found = asyncio.run(collect(hot))
        return _written(path, model, found, f"Nothing proposed about {len(people)} people holds")


def chosen_examples(model: ModelVersion, examples: Sequence[Example], recipe: Recipe) -> list[Example]:
    """Those to learn from: of people not kept back, all with options and a share of those without."""
    kept = kept_back(training_people(model), recipe.data.validation_share)
    rng = random.Random(recipe.data.seed)
    draws = [rng.random() for _ in examples]
    return [
        example
        for example, draw in zip(examples, draws, strict=True)
        if example.person not in kept
        and (example.kind is AnswerKind.OPTION or draw < recipe.data.improvement_share)
    ]


def enough_examples(model: ModelVersion, examples: Sequence[Example], recipe: Recipe) -> list[Example]:
    """The chosen examples.

    Raises:
        FinetuningError: they do not fill a single step.
    """
    chosen = chosen_examples(model, examples, recipe)
    if len(chosen) < recipe.training.batch:
        raise FinetuningError(
            f"{len(chosen)} questions are too few to learn from: a step takes {recipe.training.batch} "
            "(training.batch). A higher data.improvement_share takes more of them, more people give more"
        )
    return chosen


def read_task(name: str, store: Path, say: Say = lambda _: None) -> tuple[ModelVersion, Recipe]:
    """A version of a model of a store, called as in requests, and the model's recipe.

    A model without a recipe is fine-tuned by `default_recipe`; `say` is told so, and which features go by a
    shorter name than their own.

    Raises:
        FinetuningError: one of them cannot be read, or there is nobody, or nothing, to ask about.
    """
    try:
        model = load_version(store, name)
    except ModelFolderError as error:
        raise FinetuningError(str(error)) from error
    rows = _somebody(model)
    people = len({row.whose for row in rows})
    path = store / model.name / RECIPE
    recipe = read_recipe(path) if path.exists() else default_recipe(people, len(rows))
    if not path.exists():
        share = f"{recipe.data.validation_share:.0%} of {people} people kept back"
        say(f"{path} is missing: the defaults of docs/finetuning.md are taken, with {share}")
    for feature in model.schema.features:
        if is_shortened(feature):
            say(
                f"In prompts {feature.name} goes by {feature.called}: `short` in task.toml gives another name"
            )
    return model, recipe


def read_adapter(model: ModelVersion, folder: Path | None = None) -> Adapter:
    """The adapter of a folder, or else the one that a model version has.

    Raises:
        FinetuningError: there is none, or it cannot be used.
    """
    try:
        adapter = adapter_in(folder) if folder else load_adapter(model.folder)
    except AdapterError as error:
        raise FinetuningError(str(error)) from error
    if adapter is None:
        raise FinetuningError(f"{model.folder} has no adapter yet: turnpoint finetune makes one")
    return adapter


def _somebody(model: ModelVersion) -> list[Person]:
    """The training people.

    Raises:
        FinetuningError: there are none, or nothing may change.
    """
    if not model.schema.actionable:
        raise FinetuningError(
            f"{model.reference} has no feature that may change: no `action` in its task.toml"
        )
    people = training_people(model)
    if not people:
        least = line_text(least_risk(model.schema.model))
        raise FinetuningError(f"Nobody whom {model.reference} learned from has a risk of {least} or more")
    return people


def _written(path: Path, model: ModelVersion, examples: Iterable[Example], none: str) -> int:
    """Write examples; where there are none, nothing is written and an error says so."""
    found = iter(examples)
    first = next(found, None)
    if first is None:
        raise FinetuningError(f"{none}: there is nothing to learn from")
    return write_examples(path, model, chain([first], found))
