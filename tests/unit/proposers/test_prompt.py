"""The prompt: short, in steps, with nothing that identifies a person."""

import json

from app.classifiers.hosted import HostedModel
from app.proposers.llm.exemplars import load_exemplars
from app.proposers.llm.prompt import case_text, messages
from tests.asking import Person, question_about


def test_the_case_gives_risk_target_and_each_levers_reach(model: HostedModel, helpable: Person) -> None:
    question = question_about(model, helpable | {"cigarettes": 12, "bmi": 33.0, "weight": None})
    case = case_text(model.schema, question.patient, question.levers, 0.731, 0.5)
    aim, fixed, steps = case.split("\n")
    assert aim == "risk 0.73 target 0.50, at most 5 changes"
    assert f"age {helpable['age']}" in fixed
    assert "bmi 33.0" in steps
    assert "cigarettes 12" in steps
    assert "weight" not in case


def test_unknown_features_are_left_out(model: HostedModel, helpable: Person) -> None:
    question = question_about(model, helpable | {"fibre": None})
    assert "fibre" not in case_text(model.schema, question.patient, question.levers, 0.7, 0.5)


def test_exemplars_are_turns_of_the_conversation_before_the_case(model: HostedModel) -> None:
    exemplars = load_exemplars(model.folder)
    turns = messages(model.schema, "the case", exemplars)
    assert [turn["role"] for turn in turns] == ["system", *["user", "assistant"] * len(exemplars), "user"]
    assert turns[1]["content"] == exemplars[0].case
    assert turns[2]["content"] == exemplars[0].answer
    assert turns[-1]["content"] == "the case"


def test_zero_shot_has_none(model: HostedModel) -> None:
    assert [turn["role"] for turn in messages(model.schema, "the case")] == ["system", "user"]


def test_shipped_exemplars_differ_and_are_short(model: HostedModel) -> None:
    answers = [json.loads(exemplar.answer) for exemplar in load_exemplars(model.folder)]
    assert len(answers) == 3
    assert len({answer.split()[0] for answer in answers}) == 3
    assert all(2 <= len(answer.split(", ")) <= 3 for answer in answers)
