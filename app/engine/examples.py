"""Real people for examples and demonstrations: held out from training, high risk, every feature known."""

from collections.abc import Mapping
from dataclasses import replace

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Person, Side, people_of
from app.compiled import note_all_compiled
from app.domain.counterfactual import Generator
from app.domain.feature import MissingPolicy
from app.domain.recourse import GenerationStats, RecourseResult
from app.domain.schema import Value
from app.engine.front import FrontSearch
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem, problem_about
from app.engine.recommend import already_valid, recommend
from app.engine.registry import ServedModel
from app.engine.search import search

_OUT_OF_REACH = 1e-4


def example_people(model: ModelVersion, count: int) -> list[Person]:
    """Held-out people whom the classifier calls high risk, those first who are a little above the threshold.

    They are known whole, unless nobody is.
    """
    middle = model.schema.model.threshold + model.schema.model.least_reduction
    return sorted(_known_whole(model), key=lambda person: abs(person.risk - middle))[:count]


def people_of_all_high_risks(model: ModelVersion, count: int) -> list[Person]:
    """Held-out people in even steps through those of high risk: most are out of the reach of the target."""
    high = [person for person in _known_whole(model) if person.risk > model.schema.model.threshold]
    ordered = sorted(high, key=lambda person: person.risk)
    places = [(2 * step + 1) * len(ordered) // (2 * count) for step in range(count)]
    return [ordered[place] for place in places] if ordered else []


def _known_whole(model: ModelVersion) -> list[Person]:
    """Held-out people of whom every feature is known; all of them where there is nobody such."""
    everybody = people_of(model, Side.HELD_OUT)
    return [person for person in everybody if None not in person.features.values()] or everybody


def warm_up(served: ServedModel) -> None:
    """Answer for one person, in reach and out of it, known whole and as little as a record may tell.

    What answers are made of gets compiled or loaded. It takes about a minute of a core on a machine's first
    start. No caller waits for it, and a card in an EHR could not.
    """
    whole = example_people(served.model, 1)[0].features
    for features in (whole, _as_little_as_may_be(served.model, whole)):
        for target in (None, _OUT_OF_REACH):
            _warm_up(served, problem_about(served.model, features, target=target))
    note_all_compiled()


def _warm_up(served: ServedModel, problem: RecourseProblem) -> None:
    row = problem.patient.factual
    served.estimate(row, float(served.model.classifier.risk(row[None])[0]))
    served.asking.next_for(problem.patient)
    _answer(served, problem, replace(_as_by_default(served.model), always=True))


def answer_about(served: ServedModel, features: Mapping[str, Value], count: int) -> RecourseResult:
    """Up to so many options for a person, by search alone, as the schema's defaults have them.

    Raises:
        InvalidInputError: the features do not fit the model's schema.
    """
    wishes = replace(_as_by_default(served.model), count=count)
    return _answer(served, problem_about(served.model, features), wishes)


def _answer(served: ServedModel, problem: RecourseProblem, wishes: Preferences) -> RecourseResult:
    risk, references = float(problem.risk(problem.unchanged)[0]), served.references
    if risk <= problem.target:
        return already_valid(problem, references, wishes, risk)
    fronts = FrontSearch(problem, references)
    found = search(problem, references, wishes, fronts=fronts)
    nothing = problem.unchanged[:0]
    return recommend(problem, references, wishes, risk, found, nothing, GenerationStats(), fronts)


def _as_little_as_may_be(model: ModelVersion, features: Mapping[str, Value]) -> dict[str, Value]:
    required = {one.name for one in model.schema.features if one.missing is MissingPolicy.REFUSED}
    return {name: value if name in required else None for name, value in features.items()}


def with_a_way_down(served: ServedModel, people: list[Person]) -> Person:
    """The first of the people whose risk can be brought to the threshold."""
    preferences = _as_by_default(served.model)
    for person in people:
        if len(search(problem_about(served.model, person.features), served.references, preferences).levels):
            return person
    return people[0]


def _as_by_default(model: ModelVersion) -> Preferences:
    return Preferences(count=1, min_robustness=model.schema.model.min_robustness, generator=Generator.SEARCH)
