"""Below every table stands what it was measured with."""

from app import __version__
from research.evaluation.reporting.environment import describe_environment


def test_it_names_versions_cores_and_load() -> None:
    text = describe_environment()
    assert text.startswith(f"Turnpoint {__version__} at ")
    for part in ("Python 3.", "XGBoost ", " cores, load "):
        assert part in text
