"""From lessons and a recipe to an adapter in the model store."""

import hashlib
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Person
from app.engine.references import reference_data_of
from app.proposers.llm.adapter import Adapter
from app.proposers.llm.prompt import VERSION, Style, messages
from research.finetuning.artefact import write_adapter
from research.finetuning.base import Base, load_base, with_adapter
from research.finetuning.checkup import Exam, Marks, exam_of, mark
from research.finetuning.errors import FinetuningError
from research.finetuning.packing import pack_lesson
from research.finetuning.pairs import lessons_of, read_lessons
from research.finetuning.preparing import chosen_lessons, read_adapter, read_task
from research.finetuning.questions import is_kept_back, training_people
from research.finetuning.recipe import Recipe
from research.finetuning.sampling import sample
from research.finetuning.tune import tune
from research.training.manifest import sha256_of

EXAMINED = 48
"""People kept back on whom validity is looked at."""

Report = Callable[[str, float], None]


def finetune(
    name: str,
    store: Path,
    base_name: str,
    lessons_path: Path,
    home: Path,
    onward: bool,
    target: Path | None,
    report: Report,
) -> Path:
    """Tune an adapter and write it to `target`, or into the model's version; a run that was stopped goes on.

    `home` keeps checkpoints, one folder for each combination of base, lessons and recipe. With `onward` the
    version's own adapter is tuned further, by the recipe's second round.

    Raises:
        FinetuningError: the model, its recipe, the lessons or the base cannot be used.
    """
    model, recipe = read_task(name, store)
    before = read_adapter(model) if onward else None
    recipe = recipe.onward() if onward else recipe
    if not lessons_path.exists():
        raise FinetuningError(f"{lessons_path} is missing: turnpoint pairs {name} makes it")
    report("Loading the base model", 0.0)
    base = load_base(base_name, recipe.training.four_bit)
    tuned = Base(with_adapter(base, recipe, before), tokenizer=base.tokenizer, device=base.device)
    taught = chosen_lessons(read_lessons(lessons_path), recipe)
    report("Choosing people kept back to look at", 0.0)
    exam = exam_of(model, examined(model, recipe))
    packed = [
        pack_lesson(lesson, lambda case: _prompt(tuned, model, case), tuned.answer) for lesson in taught
    ]
    folder = home / _key(base_name, lessons_path, recipe, before)
    progress = tune(tuned, packed, recipe, lambda: _check(tuned, model, exam), folder, report)
    about = {
        "base": Path(base_name).name,
        "base_sha256": sha256_of(Path(base_name)) if Path(base_name).is_file() else None,
        "model": {"name": model.name, "version": model.version, "digest": model.digest},
        "lessons": {"sha256": sha256_of(lessons_path), "questions": len(taught)},
        "tuned_further": before.digest if before else None,
    }
    target = target or model.folder / "adapter"
    write_adapter(target, tuned.model, recipe, progress, about)
    return target


def examined(model: ModelVersion, recipe: Recipe) -> list[Person]:
    """People at high risk, kept back from lessons of both rounds, who have an answer that holds."""
    references = reference_data_of(model)
    kept_back = (
        person
        for person in training_people(model)
        if person.risk > model.schema.model.threshold
        and is_kept_back(person.source_id, recipe.data.validation_share)
        and any(lesson.held for lesson in lessons_of(model, references, [person], recipe.data.seed))
    )
    return list(islice(kept_back, EXAMINED))


def _prompt(base: Base, model: ModelVersion, case: str) -> list[int]:
    return base.prompt(messages(model.schema, Style.FINE_TUNED, case))


def _check(base: Base, model: ModelVersion, exam: Exam) -> Marks:
    prompts = [_prompt(base, model, case) for case in exam.cases]
    return mark(exam, lambda _: (texts[0] for texts in sample(base, prompts)))


def _key(base_name: str, lessons: Path, recipe: Recipe, before: Adapter | None) -> str:
    decides = recipe.model_dump_json(exclude={"own"})
    start = before.digest if before else "anew"
    text = f"{base_name} {sha256_of(lessons)} {decides} {VERSION} {start}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
