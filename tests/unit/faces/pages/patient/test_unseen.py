"""What a model did not see is said where it is known: an owner's features may be medicines."""

from dataclasses import replace

import pytest

from app.domain.schema import OWN_TABLE
from app.engine.registry import ServedModel
from app.faces.pages.patient.views.unseen import incomplete, outside
from tests.asking import Person
from tests.unit.faces.pages.patient.contexts import context, recorded


def of_own_table(served: ServedModel) -> ServedModel:
    schema = served.model.schema
    data = schema.data.model_copy(update={"loader": OWN_TABLE})
    return replace(served, model=replace(served.model, schema=schema.model_copy(update={"data": data})))


@pytest.mark.parametrize("words", [incomplete, outside])
def test_of_an_own_table_nothing_is_claimed_of_medicines_or_history(
    served: ServedModel, helpable: Person, words: object
) -> None:
    assert callable(words)
    shipped = words(context(recorded(served, helpable), served))
    assert "no medicines, no other conditions, no history" in shipped
    for hosted in (of_own_table(served), None):
        said = words(context(recorded(served, helpable), hosted))
        assert "and nothing else." in said
        for claimed in ("no medicines", "conditions", "history"):
            assert claimed not in said
