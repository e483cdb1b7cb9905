"""`turnpoint pairs`: from training people to what a language model is to answer about them.

The first line says of which version they are. Then one line a question: the prompt and up to four answers,
each of which the classifier verified. They differ in what they change.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Person
from app.domain.schema import IntArray
from app.engine.marginal_effects import marginal_effects_of
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.proposers.llm.prompt import case_text
from app.proposers.llm.response import write_answer
from research.finetuning.answers import AnswerKind, answers_to
from research.finetuning.errors import FinetuningError
from research.finetuning.questions import questions_about

QUESTIONS = 4


@dataclass(frozen=True, slots=True)
class Example:
    """A question in the prompt's words, and answers to it that were verified, the best first."""

    person: int
    """The number of the person whose row is asked about."""
    case: str
    answers: tuple[str, ...]
    kind: AnswerKind


def examples_of(
    model: ModelVersion, references: ReferenceData, people: Iterable[Person], seed: int
) -> Iterator[Example]:
    """Every question about these people that has an answer."""
    for person in people:
        for question in questions_about(model, person, QUESTIONS, seed):
            example = _example(question, references, person)
            if example is not None:
                yield example


def write_examples(path: Path, model: ModelVersion, examples: Iterable[Example]) -> int:
    """Write examples of a version as JSON lines; returns how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    count = 0
    with partial.open("w", encoding="utf-8") as file:
        file.write(json.dumps(_about(model)) + "\n")
        for count, example in enumerate(examples, start=1):  # noqa: B007 (how many there were)
            file.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
    partial.replace(path)
    return count


def read_examples(path: Path, model: ModelVersion) -> list[Example]:
    """Examples of a version as `write_examples` wrote them.

    Raises:
        FinetuningError: the file is missing or no such file, or its examples are of another version.
    """
    again = f"turnpoint pairs {model.reference} makes it"
    try:
        first, *rest = path.read_text(encoding="utf-8").splitlines()
        about, lines = json.loads(first), [json.loads(line) for line in rest]
    except FileNotFoundError as error:
        raise FinetuningError(f"{path} is missing: {again}") from error
    except (OSError, ValueError) as error:
        raise FinetuningError(f"{path} is not what turnpoint pairs writes: {again}") from error
    if about != _about(model):
        raise FinetuningError(
            f"{path} has not the questions of {model.reference} as it is in {model.folder}: {again} anew"
        )
    return [
        Example(**(line | {"answers": tuple(line["answers"]), "kind": AnswerKind(line["kind"])}))
        for line in lines
    ]


def _about(model: ModelVersion) -> dict[str, str]:
    return {"model": model.reference, "digest": model.digest}


def _example(question: RecourseProblem, references: ReferenceData, person: Person) -> Example | None:
    found = answers_to(question, references)
    if found is None:
        return None
    return example_of(question, person, found.levels, found.kind)


def example_of(question: RecourseProblem, person: Person, levels: IntArray, kind: AnswerKind) -> Example:
    """The question and these answers in the prompt's words."""
    marginal = marginal_effects_of(question)
    answers = [write_answer(question.levers, one, marginal.order) for one in levels]
    return Example(
        person.whose, case=case_text(question, marginal), answers=tuple(dict.fromkeys(answers)), kind=kind
    )
