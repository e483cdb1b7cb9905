"""What all tests share: the shipped models, real people, and strategies over them."""

import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, settings

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.domain.counterfactual import Diversity, Generator
from app.domain.recourse import GenerationStats
from app.domain.schema import FeatureSchema
from app.engine.beam import beam_search
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.recommend import recommend
from app.engine.registry import ModelRegistry, ServedModel
from app.engine.search import search
from tests.asking import Person, problem_about
from tests.integration.serving import shipped

pytest_plugins = ["tests.integration.parts", "tests.integration.undisturbed"]

STORE = Path(__file__).parent.parent / "model_store"

_FAULTS_OF_JOBS = ("integration/test_augmentation_faults.py", "integration/test_augmentation_servers.py")

collect_ignore = [
    *([] if os.environ.get("TEST_LLM") == "vllm" else ["vllm"]),
    *([] if os.environ.get("TEST_FAULTS") else ["faults", *_FAULTS_OF_JOBS]),
    *([] if find_spec("torch") else ["train"]),
]
"""`make test-vllm`, `make test-train` and `make test-faults` run those: they need gigabytes, or minutes."""

# How long an example takes, or its making, says how busy the machine is, and nothing about what is tested.
settings.register_profile(
    "any machine", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def registry() -> ModelRegistry:
    return shipped()


@pytest.fixture(scope="session")
def served(registry: ModelRegistry) -> ServedModel:
    return registry.named("dysglycaemia")


@pytest.fixture(scope="session")
def heart(registry: ModelRegistry) -> ServedModel:
    """The second model: of few people, with many unknown values, on several sites."""
    return registry.named("heart-disease")


@pytest.fixture(scope="session")
def heart_patient(heart: ServedModel) -> Person:
    """A person of high heart disease risk with some values unknown, whom the search can help."""
    people = people_of(heart.model, Side.HELD_OUT)
    high = [person for person in people if person.risk > heart.model.schema.model.threshold]
    for features in (person.features for person in high if None in person.features.values()):
        if len(beam_search(problem_about(heart.model, features)).levels) > 0:
            return features
    raise AssertionError("no held-out person can be helped")


@pytest.fixture(scope="session")
def model(served: ServedModel) -> ModelVersion:
    return served.model


@pytest.fixture(scope="session")
def version_1(registry: ModelRegistry) -> ModelVersion:
    """The first version of the default model, which stays what it is."""
    return registry.named("dysglycaemia@1").model


@pytest.fixture(scope="session")
def schema(model: ModelVersion) -> FeatureSchema:
    return model.schema


@pytest.fixture(scope="session")
def held_out(model: ModelVersion) -> list[Person]:
    """Real NHANES participants whom training never saw."""
    names = [feature.name for feature in model.schema.features]
    people: list[Person] = pq.read_table(model.folder / "held_out.parquet").select(names).to_pylist()
    return people


@pytest.fixture(scope="session")
def high_risk(model: ModelVersion, held_out: list[Person]) -> list[Person]:
    """Those whom the classifier calls high risk."""
    risk = model.classifier.risk(np.stack([model.schema.encode(person) for person in held_out]))
    threshold = model.schema.model.threshold
    return [person for person, value in zip(held_out, risk, strict=True) if value > threshold]


@pytest.fixture(scope="session")
def nearest(model: ModelVersion, high_risk: list[Person]) -> list[Person]:
    """The same, those first who are nearest the threshold: more of them have some way down."""
    risk = model.classifier.risk(np.stack([model.schema.encode(person) for person in high_risk]))
    return [high_risk[place] for place in np.argsort(risk, kind="stable")]


@pytest.fixture(scope="session")
def helpable(model: ModelVersion, nearest: list[Person]) -> Person:
    """A person with every feature known and weight to lose, whose risk goes furthest below the threshold."""
    known = [person for person in nearest[:60] if None not in person.values()]
    problems = [problem_about(model, person) for person in known]
    lowest = [
        beam_search(problem).lowest.risk if _can_lose_weight(problem) else 1.0  # type: ignore[union-attr]
        for problem in problems
    ]
    assert min(lowest) < model.schema.model.threshold
    return known[int(np.argmin(lowest))]


def _can_lose_weight(problem: RecourseProblem) -> bool:
    return any(lever.feature.name == "bmi" for lever in problem.levers)


@pytest.fixture(scope="session")
def somebody(helpable: Person) -> Person:
    """Fifty years old, all things known, with room for every action."""
    return helpable | {
        "age": 50,
        "ethnicity": "non_hispanic_white",
        "height": 170.0,
        "bmi": 33.0,
        "weight": None,
        "waist": 108.0,
        "sbp": 145,
        "dbp": 88,
        "pulse": 78,
        "total_cholesterol": 230,
        "hdl_cholesterol": 45,
        "fibre": 12,
        "saturated_fat": 35,
        "alcohol": 42,
        "cigarettes": 20,
        "vigorous_activity": False,
        "moderate_activity": False,
        "active_travel": False,
    }


@pytest.fixture(scope="session")
def heavy(served: ServedModel, high_risk: list[Person]) -> Person:
    """Such a person to whom losing weight is open, by more than a step, and who gets several options."""
    preferences = Preferences(4, 0.9, Generator.SEARCH, Diversity.STRATEGIES)
    for person in (one for one in high_risk if None not in one.values()):
        problem = problem_about(served.model, person)
        if any(one.feature.name == "bmi" and one.top > 1 for one in problem.levers):
            found = search(problem, served.references, preferences)
            nothing = problem.unchanged[:0]
            answer = recommend(
                problem, served.references, preferences, 1.0, found, nothing, GenerationStats()
            )
            if len(answer.counterfactuals) > 1:
                return person
    raise AssertionError("no held-out person of high weight has several options")
