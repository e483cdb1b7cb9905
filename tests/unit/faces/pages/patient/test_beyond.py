"""What goes further than an option may, in words: also where the model is hosted no more."""

from app.domain.beyond import Beyond, BeyondKind
from app.faces.pages.patient.views.beyond import beyond_texts

NONE = dict.fromkeys(("feature", "label", "value", "moved", "most"))


def way(kind: BeyondKind, **told: object) -> Beyond:
    return Beyond.model_validate({"kind": kind} | NONE | told)


def test_each_way_has_words_without_a_schema() -> None:
    ways = [
        way(BeyondKind.KEPT, feature="bmi", label="Body mass index"),
        way(BeyondKind.MANY, moved=4, most=3),
        way(BeyondKind.RELATION, label="active and sitting fill no more than a day"),
        way(BeyondKind.RANGE, feature="sbp", label="Systolic pressure", value=71.5),
    ]
    assert beyond_texts(None, ways) == [
        "body mass index was to be kept",
        "4 behaviours at once, where an option changes at most 3",
        "active and sitting fill no more than a day",
        "systolic pressure would end at 71.5, outside the range in which it is to stay",
    ]
