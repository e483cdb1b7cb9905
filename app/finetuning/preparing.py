"""Lessons from a model's training people; needs nothing of what fine-tuning itself needs."""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from app.classifiers.cohort import Person
from app.classifiers.hosted import HostedModel
from app.classifiers.store import ModelFolderError, load_model
from app.engine.yardsticks import yardsticks_of
from app.finetuning.errors import FinetuningError
from app.finetuning.pairs import Lesson, lessons_of, write_lessons
from app.finetuning.questions import is_kept_back, training_people
from app.finetuning.recipe import Recipe, read_recipe

RECIPE = "finetune.toml"

Report = Callable[[str, float], None]


def make_lessons(name: str, store: Path, path: Path, report: Report) -> int:
    """Write the lessons of a model's training people; returns how many questions have an answer.

    Raises:
        FinetuningError: the model or its recipe cannot be used.
    """
    model, recipe = read_task(name, store)
    people = training_people(model)

    def told() -> Iterator[Person]:
        for done, person in enumerate(people):
            report(f"{done} of {len(people)} people", done / len(people))
            yield person

    return write_lessons(path, lessons_of(model, yardsticks_of(model), told(), recipe.data.seed))


def chosen_lessons(lessons: Sequence[Lesson], recipe: Recipe) -> list[Lesson]:
    """Those to learn from: of people not kept back, all that hold and a share of those that do not."""
    rng = random.Random(recipe.data.seed)
    draws = [rng.random() for _ in lessons]
    return [
        lesson
        for lesson, draw in zip(lessons, draws, strict=True)
        if not is_kept_back(lesson.person, recipe.data.validation_share)
        and (lesson.held or draw < recipe.data.fragile_share)
    ]


def read_task(name: str, store: Path) -> tuple[HostedModel, Recipe]:
    """A model of a store, and its recipe.

    Raises:
        FinetuningError: one of them cannot be read.
    """
    try:
        return load_model(store / name), read_recipe(store / name / RECIPE)
    except ModelFolderError as error:
        raise FinetuningError(str(error)) from error
