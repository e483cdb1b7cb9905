"""The answers about a table as tables: in its order, beside its labels, with nothing lost."""

import re
from typing import Any
from uuid import UUID

import pandas as pd
import pytest

from tests.unit.turnpoint.frames.answers import Json, MadeUpEngine, answer, helped, option
from tests.unit.turnpoint.frames.people import people
from turnpoint import InvalidRequestError, LackingError, UnavailableError, UnsendableError
from turnpoint.answer import Answer
from turnpoint.frames.results import FrameAnswers
from turnpoint.recourse import Recourse
from turnpoint.showing import frames as showing_frames


def explained(frame: Any = None, reply: Any = helped, **options: Any) -> FrameAnswers:
    return Recourse(MadeUpEngine(reply)).explain(people() if frame is None else frame, **options)


def test_the_long_form_has_a_row_for_each_option_and_changed_feature() -> None:
    told = explained(people(ward=["x", "y", "z"]), id_columns=["ward"]).to_frame()
    assert told.index.tolist() == ["a", "a", "a", "c", "c", "c"]
    assert told["ward"].tolist() == ["x"] * 3 + ["z"] * 3
    assert told["feature"].tolist() == ["bmi", "walks", "age"] * 2
    assert told["how"].tolist() == ["change", "change", "linked"] * 2
    assert told["from"].tolist()[:3] == [31.5, False, 54]
    assert told["to"].tolist()[:3] == [28.5, True, 55]
    assert told["option_risk"].tolist() == [0.375] * 6
    assert told["proved"].all()


def test_the_wide_form_has_the_original_above_its_options() -> None:
    told = explained().to_frame("wide")
    assert told.index.tolist() == ["a", "a", "b", "c", "c"]
    assert told["kind"].tolist() == ["original", "option", "original", "original", "option"]
    assert told.columns.tolist()[-4:] == ["age", "bmi", "walks", "sex"]
    assert told["bmi"].tolist()[:2] == [31.5, 28.5]
    assert told["age"].tolist() == [54, 55, 61, 40, 41]
    assert told["age"].dtype.kind == "i"


def test_what_an_option_leaves_alone_can_be_left_out() -> None:
    wide = explained().to_frame("wide", changes_only=True)
    assert wide["sex"].isna().tolist() == [False, True, False, False, True]
    assert wide["bmi"].tolist()[1] == 28.5
    shown = explained().visualize_as_dataframe(show_only_changes=True)
    assert shown["sex"].tolist() == ["male", "-", "female", "male", "-"]
    assert "-" not in explained().visualize_as_dataframe()["sex"].tolist()


def test_the_index_keeps_its_name_and_order_even_where_labels_repeat() -> None:
    frame = people().set_axis(pd.Index([9, 2, 9], name="visit"))
    told = explained(frame)
    assert told.to_frame("wide").index.name == "visit"
    assert told.to_frame("wide").index.tolist() == [9, 9, 2, 9, 9]
    assert list(told.labels) == [9, 2, 9]


def test_a_table_of_nobody_with_options_has_the_columns_all_the_same() -> None:
    told = explained(people(bmi=None)).to_frame()
    assert len(told) == 0
    assert {"feature", "from", "to", "option_risk"} <= set(told.columns)


def refusing(body: Json) -> tuple[int, Json]:
    if body["features"]["sex"] == "female":
        fault = {"pointer": "/features/age", "detail": "contradicts other features: x"}
        return 422, {"title": "Unprocessable Content", "detail": "It has faults.", "errors": [fault]}
    return helped(body)


def test_a_row_that_fails_loses_no_other() -> None:
    told = explained(reply=refusing)
    assert [one is None for one in told.answers] == [False, True, False]
    [failure] = told.failures
    assert (failure.row, failure.label) == (1, "b")
    assert isinstance(failure.error, InvalidRequestError)
    assert told.to_frame("wide").index.unique().tolist() == ["a", "c"]
    assert "2 of 3" in repr(told)


def test_rows_with_faults_are_among_the_failures_where_they_are_skipped() -> None:
    told = explained(people(age=[54, 61, 300]), on_invalid="skip")
    [failure] = told.failures
    assert (failure.row, failure.label) == (2, "c")
    assert "column age" in str(failure.error)
    assert "300" not in str(failure.error)


def test_a_service_that_is_away_is_not_asked_about_everybody() -> None:
    engine = MadeUpEngine(lambda _: (503, {"title": "Service Unavailable"}))
    many = pd.concat([people()] * 20)
    told = Recourse(engine).explain(many, at_once=1)
    assert len(told.failures) == len(many)
    assert all(isinstance(failure.error, UnavailableError) for failure in told.failures)
    assert len(engine.asked) < 10


def test_what_is_wrong_with_every_question_is_told_once() -> None:
    def refuse(_: Json) -> tuple[int, Json]:
        fault = {"pointer": "/count", "detail": "must be at most 10"}
        return 422, {"title": "Unprocessable Content", "detail": "It has faults.", "errors": [fault]}

    engine = MadeUpEngine(refuse)
    with pytest.raises(InvalidRequestError, match="/count must be at most 10"):
        Recourse(engine).explain(people(), count=11)
    assert len(engine.asked) == 1


def of_target(detail: str) -> tuple[int, Json]:
    fault = {"pointer": f"/target/{detail.partition(' ')[0]}", "detail": detail.partition(" ")[2]}
    return 422, {"title": "Unprocessable Content", "detail": "It has faults.", "errors": [fault]}


@pytest.mark.parametrize("options", [{"max_risk": 7.5}, {"relative_reduction": 1.5}], ids=str)
def test_a_target_that_is_none_is_told_once(options: Any) -> None:
    [name] = options
    engine = MadeUpEngine(lambda _: of_target(f"{name} must be less than 1"))
    with pytest.raises(InvalidRequestError, match=f"/target/{name} must be less than 1"):
        Recourse(engine).explain(people(), **options)
    assert len(engine.asked) == 1


def test_a_reduction_that_suits_some_fails_the_rows_of_the_others() -> None:
    def reply(body: Json) -> tuple[int, Json]:
        if body["features"]["age"] != people()["age"].iloc[0]:
            return helped(body)
        return of_target("absolute_reduction is not less than the present risk")

    told = explained(reply=reply, absolute_reduction=0.4)
    assert [one is None for one in told.answers] == [True, False, False]


def test_rows_of_one_label_are_told_their_own_faults() -> None:
    def reply(body: Json) -> tuple[int, Json]:
        wrong = [place for place, one in enumerate(body["instances"]) if one["features"]["age"] > 50]
        faults = [
            {"pointer": f"/instances/{place}{within}", "detail": f"is wrong in {place}"}
            for place, within in zip(wrong, ("/features/age", ""), strict=False)
        ]
        if faults:
            return 422, {"title": "Unprocessable Content", "detail": "It has faults.", "errors": faults}
        risk = {"model": "small", "version": "1", "risk": 0.2, "threshold": 0.5, "label": "low"}
        return 200, {"predictions": [{"id": str(UUID(int=1)), **risk} for _ in body["instances"]]}

    told = Recourse(MadeUpEngine(reply)).predict(people().set_axis(["a", "a", "b"]), on_invalid="skip")
    said = [str(failure) for failure in told.failures]
    assert len(said) == 2
    assert ("age" in said[0], "is wrong in 0" in said[0], "is wrong in 1" in said[0]) == (True, True, False)
    assert ("age" in said[1], "is wrong in 1" in said[1], "is wrong in 0" in said[1]) == (False, True, False)
    assert [one is None for one in told.predictions] == [True, True, False]


def test_progress_is_told_after_each_row() -> None:
    seen: list[tuple[int, int]] = []
    explained(reply=refusing, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ({"total_CFs": 2, "desired_class": "opposite"}, {"count": 2}),
        ({"desired_class": 0, "features_to_vary": "all"}, {}),
        (
            {"features_to_vary": ["bmi"], "permitted_range": {"bmi": [25, 30]}},
            {"constraints": {"features_to_vary": ["bmi"], "permitted_range": {"bmi": [25, 30]}}},
        ),
    ],
)
def test_the_words_of_dice_are_taken(words: Any, sent: Any) -> None:
    engine = MadeUpEngine()
    Recourse(engine).explain(people(), **words)
    told = {name: engine.asked[0][name] for name in ("count", "constraints") if name in engine.asked[0]}
    assert told == sent


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"desired_class": 1}, "none is raised"),
        ({"desired_class": True}, "none is raised"),
        ({"desired_class": "low"}, "opposite"),
        ({"total_CFs": 2, "count": 2}, "total_CFs and count"),
        ({"features_to_vary": "bmi"}, "features_to_vary"),
        ({"on_invalid": "drop"}, "on_invalid"),
        ({"at_once": 0}, "at_once"),
        ({"max_risk": 0.1, "relative_reduction": 0.2}, "one target"),
        ({"max_risk": float("nan")}, "no finite number"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_for_is_refused_before_anything_is_asked(words: Any, said: str) -> None:
    engine = MadeUpEngine()
    with pytest.raises(UnsendableError, match=said):
        Recourse(engine).explain(people(), **words)
    assert engine.asked == []


def test_a_row_of_a_table_is_one_person() -> None:
    engine = MadeUpEngine()
    row = people(bmi=[float("nan"), 30.0, 24.0]).iloc[0].to_dict()
    Recourse(engine).explain_one(row, total_CFs=1)
    assert engine.asked[0]["features"]["bmi"] is None


def test_a_misspelt_option_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="total_CF"):
        explained(total_CF=2)


def test_a_notebook_shows_changes_alone_and_escapes_every_text() -> None:
    def reply(body: Json) -> tuple[int, Json]:
        features = body["features"]
        wicked = option(
            features,
            changes=[
                {"feature": "bmi", "label": "<b>BMI</b>", "from": 1, "to": 2, "delta": 1, "unit": "<i>"}
            ],
        )
        return 200, answer(body["patient_id"], features, wicked)

    told = explained(people(mrn=["M-1", "M-2", "M-3"]), reply, id_columns=["mrn"])
    for shown in (told._repr_html_(), told.answers[0]._repr_html_()):  # type: ignore[union-attr]
        assert "<b>" not in shown
        assert "<i>" not in shown
        assert "&lt;b&gt;BMI" in shown
        assert "<caption>" in shown
        assert set(re.findall(r'scope="(\w+)"', shown)) == {"col", "row"}
        assert "M-1" not in shown
        assert "male" not in shown
    assert "54" not in repr(told)


def test_a_feature_may_be_called_as_a_column_of_results() -> None:
    features = {"age": 54, "bmi": 31.5, "walks": False, "sex": "male", "risk": 3}
    told = Answer.model_validate(answer("P-1", features, option(features))).to_frame("wide")
    assert told["risk"].tolist() == [3, 3]
    assert told["risk_"].tolist() == [0.5625, 0.375]


def test_without_pandas_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    told = explained(people().to_dict("records"))

    def absent(_: str) -> Any:
        raise ModuleNotFoundError

    monkeypatch.setattr(showing_frames, "import_module", absent)
    with pytest.raises(LackingError, match=re.escape("pip install 'turnpoint[frames]'")):
        told.to_frame()
