"""Why a model can be trusted, and where not: figures with counts and intervals, or that it has no card."""

from dataclasses import replace

from app.classifiers.card import Card, Figures, GroupFigures, Performance, RocAuc
from app.engine.registry import ServedModel
from app.faces.pages.patient.views.model_evidence import weak_group_of
from app.usecases.record.context import AnswerContext
from tests.asking import Person
from tests.unit.faces.pages.patient.contexts import context, recorded
from tests.unit.faces.pages.patient.real import page_text

AUC = RocAuc(value=0.81, low=0.55, high=0.97)


def with_card(served: ServedModel, person: Person, card: Card | None) -> AnswerContext:
    """An answer of the model, as if it came with this card."""
    found = context(recorded(served, dict(person)), served)
    assert found.distributions is not None
    return replace(found, distributions=replace(found.distributions, card=card))


def trust_of(found: AnswerContext) -> str:
    """What the page says under "Why trust this"."""
    return page_text(found).partition('<section id="trust"')[2].partition("</section>")[0]


def test_figures_of_few_people_are_told_with_counts_and_their_interval(
    served: ServedModel, helpable: Person
) -> None:
    """Wilson's score interval: of 3 of 4, and of 5 of 9, it is wide."""
    figures = Figures(n=13, prevalence=4 / 13, roc_auc=AUC, sensitivity=3 / 4, specificity=5 / 9)
    told = trust_of(with_card(served, helpable, Card(performance=Performance(held_out=figures))))
    assert '0.81 <span class="soft">(0.55 to 0.97)</span>' in told
    assert '75 % <span class="soft">(30 to 95 %)<br>3 of 4</span>' in told
    assert '56 % <span class="soft">(27 to 81 %)<br>5 of 9</span>' in told
    assert "In brackets 95 % intervals" in told


def test_where_the_card_tells_no_counts_there_is_no_interval(served: ServedModel, helpable: Person) -> None:
    figures = Figures(n=13, roc_auc=AUC, sensitivity=3 / 4, specificity=5 / 9)
    told = trust_of(with_card(served, helpable, Card(performance=Performance(held_out=figures))))
    assert '<td class="n">75 %</td>' in told
    assert " of 4" not in told


def test_a_model_without_a_card_says_so_and_links_to_none(served: ServedModel, helpable: Person) -> None:
    told = trust_of(with_card(served, helpable, None))
    assert "This model comes without a card." in told
    assert "/card" not in told
    assert "How it does for people like this one" not in told
    assert "/card" in trust_of(with_card(served, helpable, Card()))


def test_a_group_of_fewer_than_20_with_the_outcome_tells_no_share(
    served: ServedModel, helpable: Person
) -> None:
    def told_of(having: int) -> str | None:
        group = GroupFigures(
            group="Age",
            level="18 and over",
            n=100,
            prevalence=having / 100,
            roc_auc=AUC,
            sensitivity=0.4,
            specificity=0.9,
        )
        return weak_group_of(with_card(served, helpable, Card(performance=Performance(groups=(group,)))))

    assert told_of(19) is None
    assert told_of(20) == (
        "Of people like this by age (18 and over) who had it, the model found "
        "40\N{NO-BREAK SPACE}% (8 of 20; 22 to 61\N{NO-BREAK SPACE}%)."
    )
