"""The head of the page: what the model saw, and what has changed since."""

import pytest

from app.domain.schema import FeatureSchema
from app.engine.registry import ServedModel
from app.faces.pages.patient.views.header import header_of
from tests.asking import Person
from tests.unit.faces.answers import ASKED, row_of
from tests.unit.faces.pages.patient.contexts import context, recorded

OTHER_VERSION = "f" * 64


def test_every_value_is_shown_in_the_schemas_order(
    served: ServedModel, schema: FeatureSchema, helpable: Person
) -> None:
    head = header_of(context(recorded(served, helpable), served))
    assert [label for label, *_ in head.values] == [feature.label for feature in schema.features]
    assert all(text and why is None for _, text, why in head.values)
    assert (head.model, head.version, head.sent_at) == (schema.model.title, "1", ASKED)
    assert head.unknown == ()


def test_what_is_not_known_is_named(served: ServedModel, schema: FeatureSchema, helpable: Person) -> None:
    head = header_of(context(recorded(served, helpable | {"waist": None}), served))
    assert head.unknown == (schema["waist"].label,)
    assert {label: text for label, text, _ in head.values}[schema["waist"].label] == "not known"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([], None),
        (["waist"], "Knowing waist would narrow the estimate most."),
        (["waist", "fibre"], "Knowing waist or dietary fibre would narrow the estimate most."),
        (
            ["ethnicity", "hdl_cholesterol", "waist", "fibre"],
            "Knowing ethnicity or HDL cholesterol or waist would narrow the estimate most.",
        ),
        (["gone_since"], "Knowing gone since would narrow the estimate most."),
    ],
)
def test_what_to_ask_next_is_told_the_most_telling_first(
    served: ServedModel, helpable: Person, asked: list[str], said: str | None
) -> None:
    told = [{"feature": name, "narrows": 0.1} for name in asked]
    row = recorded(served, helpable | dict.fromkeys(asked), ask_next=told)
    assert header_of(context(row, served)).ask_next == said


def test_a_value_to_check_says_why(served: ServedModel, schema: FeatureSchema, helpable: Person) -> None:
    warning = {"pointer": "/features/sbp", "detail": "is higher than of anybody"}
    head = header_of(context(recorded(served, helpable, warnings=[warning]), served))
    assert {label: why for label, _, why in head.values if why} == {
        schema["sbp"].label: "is higher than of anybody"
    }


def test_a_what_if_tells_exactly_what_it_supposes(
    served: ServedModel, schema: FeatureSchema, helpable: Person
) -> None:
    base = recorded(served, helpable)
    supposed = helpable | {"sleep": float(helpable["sleep"] or 0) + 1}
    row = recorded(served, supposed, based_on=base.id)
    head = header_of(context(row, served, base=base))
    assert head.is_supposed
    assert [label for label, *_ in head.supposed] == [schema["sleep"].label]
    ((_, now, on_record),) = head.supposed
    assert now != on_record


def test_a_what_if_that_supposes_nothing_is_none(served: ServedModel, helpable: Person) -> None:
    base = recorded(served, helpable)
    head = header_of(context(recorded(served, helpable, based_on=base.id), served, base=base))
    assert (head.is_supposed, head.supposed) == (False, ())


def test_the_hosted_version_is_named_where_another_one_answered(
    served: ServedModel, schema: FeatureSchema, helpable: Person
) -> None:
    older = header_of(context(row_of(schema, helpable, digest=OTHER_VERSION), served))
    assert older.newer_version == served.model.version
    assert header_of(context(recorded(served, helpable), served)).newer_version is None


def test_an_answer_of_a_model_that_is_gone_keeps_what_is_on_record(
    schema: FeatureSchema, helpable: Person
) -> None:
    head = header_of(context(row_of(schema, helpable | {"hdl_cholesterol": None}), None))
    assert (head.model, head.person, head.values, head.newer_version) == (schema.model.name, "", (), None)
    assert head.unknown == ("hdl cholesterol",)
