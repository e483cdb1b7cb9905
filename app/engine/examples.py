"""Real people for examples and demonstrations: held out from training, high risk, every feature known."""

from app.classifiers.cohort import Person, Side, people_of
from app.classifiers.hosted import HostedModel
from app.domain.counterfactual import Generator
from app.engine.finding import find
from app.engine.hosting import Hosted
from app.engine.question import question_about
from app.engine.wish import Wish

_OUT_OF_REACH = 1e-4


def example_people(model: HostedModel, count: int) -> list[Person]:
    """Held-out people whom the classifier calls high risk, those nearest the threshold plus 0.1 first.

    They are known whole, unless nobody is.
    """
    everybody = people_of(model, Side.HELD_OUT)
    whole = [person for person in everybody if None not in person.features.values()] or everybody
    middle = model.schema.model.threshold + 0.1
    return sorted(whole, key=lambda person: abs(person.risk - middle))[:count]


def warm_up(hosted: Hosted) -> None:
    """Answer for one person, in reach and out of it: what the search is made of gets compiled or loaded.

    It takes some ten seconds on a machine's first start, which the first caller need not wait for.
    """
    person = example_people(hosted.model, 1)[0]
    find(question_about(hosted.model, person.features), hosted.yardsticks, _as_by_default(hosted.model))
    beyond = question_about(hosted.model, person.features, target=_OUT_OF_REACH)
    find(beyond, hosted.yardsticks, _as_by_default(hosted.model))


def with_a_way_down(hosted: Hosted, people: list[Person]) -> Person:
    """The first of the people whose risk can be brought to the threshold."""
    wish = _as_by_default(hosted.model)
    for person in people:
        if len(find(question_about(hosted.model, person.features), hosted.yardsticks, wish).levels):
            return person
    return people[0]


def _as_by_default(model: HostedModel) -> Wish:
    return Wish(count=1, min_robustness=model.schema.model.min_robustness, generator=Generator.SEARCH)
