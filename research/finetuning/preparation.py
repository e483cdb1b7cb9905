"""Examples from a model's training people; needs nothing of what fine-tuning itself needs."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Person
from app.classifiers.store import ModelFolderError, load_version
from app.engine.references import reference_data_of
from app.proposers.llm.adapter import Adapter, AdapterError, adapter_in, load_adapter
from app.proposers.llm.prompt import Style
from research.finetuning.answers import AnswerKind
from research.finetuning.errors import FinetuningError
from research.finetuning.pairs import Example, examples_of, write_examples
from research.finetuning.questions import is_kept_back, training_people
from research.finetuning.recipe import Recipe, read_recipe
from research.finetuning.self_training import self_training_examples
from research.llm_session import LlmEndpoint, llm_session, serving

RECIPE = "finetune.toml"

Report = Callable[[str, float], None]


def make_examples(name: str, store: Path, path: Path, report: Report) -> int:
    """Write the examples of a model's training people; returns how many questions have an answer.

    Raises:
        FinetuningError: the model or its recipe cannot be used.
    """
    model, recipe = read_task(name, store)
    people = training_people(model)

    def reported() -> Iterator[Person]:
        for done, person in enumerate(people):
            report(f"{done} of {len(people)} people", done / len(people))
            yield person

    return write_examples(path, examples_of(model, reference_data_of(model), reported(), recipe.data.seed))


def make_self_training_examples(
    name: str,
    store: Path,
    path: Path,
    home: Path,
    given: LlmEndpoint | None,
    report: Report,
    start: Path | None = None,
) -> int:
    """Write examples from what the tuned model itself proposes about its training people; returns how many.

    Asks the server given, or the embedded one with the adapter of `start`, or else the model's.

    Raises:
        FinetuningError: the model or its recipe cannot be used.
        EmbeddedError, LlmError: the language model cannot be had.
    """
    model, recipe = read_task(name, store)
    adapter = read_adapter(model, start)
    people = [
        person
        for person in training_people(model)
        if not is_kept_back(person.source_id, recipe.data.validation_share)
    ][:: recipe.own.every]
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
        return write_examples(path, asyncio.run(collect(hot)))


def chosen_examples(examples: Sequence[Example], recipe: Recipe) -> list[Example]:
    """Those to learn from: of people not kept back, all with options and a share of those without."""
    rng = random.Random(recipe.data.seed)
    draws = [rng.random() for _ in examples]
    return [
        example
        for example, draw in zip(examples, draws, strict=True)
        if not is_kept_back(example.person, recipe.data.validation_share)
        and (example.kind is AnswerKind.OPTION or draw < recipe.data.improvement_share)
    ]


def read_task(name: str, store: Path) -> tuple[ModelVersion, Recipe]:
    """A version of a model of a store, called as in requests, and the model's recipe.

    Raises:
        FinetuningError: one of them cannot be read.
    """
    try:
        model = load_version(store, name)
        return model, read_recipe(store / model.name / RECIPE)
    except ModelFolderError as error:
        raise FinetuningError(str(error)) from error


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
