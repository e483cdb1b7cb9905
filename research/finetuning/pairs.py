"""`turnpoint pairs`: from training people to what a language model is to answer about them.

One line a question: the prompt and up to four answers, each of which the exact search found and the
committee, noise and adherence draws were survived by. Answers differ in what they change.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Person
from app.domain.counterfactual import Generator
from app.engine.marginal_effects import marginal_effects_of
from app.engine.plausibility_profile import PlausibilityProfile
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.search import search
from app.engine.selection import score
from app.proposers.llm.prompt import case_text
from app.proposers.llm.response import write_answer
from research.finetuning.questions import questions_about

ANSWERS = 4
QUESTIONS = 3


@dataclass(frozen=True, slots=True)
class Example:
    """A question in the prompt's words, and answers to it that were verified, least effort first."""

    person: int
    case: str
    answers: tuple[str, ...]
    held: bool
    """Whether the answers hold as well as the schema asks; else they hold as well as any can."""


def examples_of(
    model: ModelVersion, references: ReferenceData, people: Iterable[Person], seed: int
) -> Iterator[Example]:
    """Every question about these people that has an answer."""
    for person in people:
        for question in questions_about(model, person, QUESTIONS, seed):
            example = _example(question, references, person)
            if example is not None:
                yield example


def write_examples(path: Path, examples: Iterable[Example]) -> int:
    """Write them as JSON lines; returns how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    count = 0
    with partial.open("w", encoding="utf-8") as file:
        for count, example in enumerate(examples, start=1):  # noqa: B007 (how many there were)
            file.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
    partial.replace(path)
    return count


def read_examples(path: Path) -> list[Example]:
    """Examples as `write_examples` wrote them."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Example(**(entry | {"answers": tuple(entry["answers"])})) for entry in map(json.loads, lines)]


def _example(question: RecourseProblem, references: ReferenceData, person: Person) -> Example | None:
    least = question.schema.model.min_robustness
    result = search(
        question, references, Preferences(count=ANSWERS, min_robustness=least, generator=Generator.SEARCH)
    )
    if len(result.levels) == 0:
        return None
    plausibility = PlausibilityProfile(question.levers, references.population, references.density)
    scored = score(question, references.evaluator, plausibility, result.levels)
    holding = scored.is_robust(question.target, least)
    kept = scored[holding] if holding.any() else scored[scored.risk <= question.target]
    if len(kept.levels) == 0:
        return None
    marginal = marginal_effects_of(question)
    answers = [write_answer(question.levers, levels, marginal.order) for levels in kept.levels]
    case = case_text(question, marginal)
    return Example(
        person.source_id, case=case, answers=tuple(dict.fromkeys(answers)), held=bool(holding.any())
    )
