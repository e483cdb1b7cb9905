"""What a card says of features that the model makes no use of."""

from app.domain.schema import FeatureSchema
from research.training.card_limits import limits_found
from research.training.data_set import CardWords


def test_a_change_is_spoken_of_where_there_can_be_one(schema: FeatureSchema) -> None:
    words = CardWords((), (), (), (), (), ())
    fixed = next(one for one in schema.features if one.action is None)
    open_to_change = next(one for one in schema.features if one.action is not None)

    def said(*unused: str) -> str:
        return " ".join(limits_found(schema, words, {"influence": dict.fromkeys(unused, 0), "groups": []}))

    assert said(fixed.name) == ""
    told = said(fixed.name, open_to_change.name)
    assert f"It makes no use of {open_to_change.label.lower()} by itself" in told
    assert fixed.label.lower() not in told
