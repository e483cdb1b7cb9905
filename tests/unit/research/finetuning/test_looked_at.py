"""Who is looked at to decide when to stop, where people have several rows."""

from pathlib import Path

import pytest

from app.classifiers.partitions import Side, people_of
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.registry import ServedModel
from research.finetuning import validation
from research.finetuning.answers import Answers, answers_to
from research.finetuning.questions import kept_back, training_people
from tests.several_rows import of_several_rows

SHARE, MOST = 0.1, 4


def test_days_of_one_person_are_not_all_that_is_looked_at(
    served: ServedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, searched = of_several_rows(served.model, Side.TRAINING, tmp_path), list[RecourseProblem]()

    def noted(question: RecourseProblem, references: ReferenceData) -> Answers | None:
        searched.append(question)
        return answers_to(question, references)

    monkeypatch.setattr(validation, "answers_to", noted)
    questions = validation.validation_questions(model, served.references, SHARE, MOST)
    names = [feature.name for feature in model.schema.features]
    whose = {
        tuple(row.features[name] for name in names): row.whose for row in people_of(model, Side.TRAINING)
    }
    looked_at = [whose[tuple(one.question.patient.values.get(name) for name in names)] for one in questions]
    assert len(set(looked_at)) == len(looked_at) == MOST
    people, threshold = training_people(model), model.schema.model.threshold
    kept = kept_back(people, SHARE)
    assert len(searched) < sum(row.whose in kept and row.risk > threshold for row in people)
