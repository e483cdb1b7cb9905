"""What follows on average is told apart from what is changed, each figure with its source."""

from app.domain.schema import FeatureSchema
from app.engine.registry import ServedModel
from app.faces.pages.patient.views.following import following, known_from
from app.faces.pages.patient.views.options import option_views
from tests.asking import Person
from tests.unit.faces.answers import brought_along, change, option
from tests.unit.faces.pages.patient.contexts import context, recorded

SBP = brought_along("sbp", 142, 136, "mmHg", low=134.0, high=139.0, drivers=["bmi", "moderate_activity"])
SENTENCE = "By averages of trials, such changes bring along: less pressure. People differ."


def test_each_figure_has_its_interval_its_source_and_its_grade(
    served: ServedModel, schema: FeatureSchema, helpable: Person
) -> None:
    bmi = change("bmi", 31.0, 29.0, "kg/m²")
    weight = change("weight", 95.0, 89.0, "kg")
    row = recorded(
        served, helpable, option(1, bmi, linked=(weight,), brought_along=[SBP], consequences=SENTENCE)
    )
    (card,) = option_views(context(row, served))
    assert card.following is not None
    assert card.following.sentence == SENTENCE
    (figure,) = card.following.figures
    assert (figure.move.before, figure.move.after) == ("142", "136")
    assert (figure.sources, figure.grade) == (("Neter 2003",), "A: trials that agree")
    assert [other.label for move in card.moves for other in move.along] == ["Weight"]


def test_where_figures_are_known_from_is_told_once_a_feature(served: ServedModel, helpable: Person) -> None:
    other = SBP | {"to": 138, "sources": ["Aucott 2005", "Neter 2003"], "judgement": ["the cap"]}
    row = recorded(served, helpable, option(1, brought_along=[SBP]), option(2, brought_along=[other]))
    (found,) = known_from([*(card.following for card in option_views(context(row, served))), None])
    assert (found.label, found.sources) == (SBP["label"], ("Neter 2003", "Aucott 2005"))
    assert found.judgement == ("the cap",)


def test_where_nothing_follows_nothing_is_told(schema: FeatureSchema) -> None:
    assert following(schema, []) is None


def test_without_the_recorded_sentence_the_models_words_are_taken(
    served: ServedModel, helpable: Person, schema: FeatureSchema
) -> None:
    reached = {
        "lowest_reachable_risk": 0.55,
        "proved": True,
        "reached_by": [change("bmi", 31.0, 29.0, "kg/m²")],
        "brought_along": [SBP],
    }
    found = context(recorded(served, helpable, status="infeasible", infeasible=reached), served)
    assert found.answer.infeasible is not None
    told = following(schema, found.answer.infeasible.brought_along)
    assert told is not None
    assert "from 142 to 136 mmHg (134 to 139)" in told.sentence
    assert following(None, found.answer.infeasible.brought_along) is None
