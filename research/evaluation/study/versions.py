"""The versions of all that a study is made of: stamped on its results and said below its tables."""

from research.evaluation.augmentation.trial import TRIAL_VERSION
from research.evaluation.benchmark_setup.people import SETUP_VERSION
from research.evaluation.methods.registry import ADAPTERS
from research.evaluation.methods.turnpoint import ENGINE_VERSION
from research.evaluation.metrics.evaluators import REFIT_VERSION

STUDY_VERSION = 2
"""Of the measures and tables: raised when figures of an older version may not stand beside new ones."""


def versions() -> dict[str, int]:
    """Each part's version; results whose versions differ do not stand beside each other."""
    return {
        "study": STUDY_VERSION,
        "setup": SETUP_VERSION,
        "engine": ENGINE_VERSION,
        "refit": REFIT_VERSION,
        "trial": TRIAL_VERSION,
        **{adapter.name: adapter.version for adapter in ADAPTERS},
    }


def versions_line() -> str:
    """The same as a sentence."""
    return f"Versions: {', '.join(f'{name} {version}' for name, version in versions().items())}."
