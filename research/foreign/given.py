"""A classifier that somebody gave, whatever library it comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.classifiers.forest import Forest
from app.classifiers.forest_file import ForestClassifier, write_forest
from app.classifiers.link import Link
from app.domain.schema import BoolArray, FloatArray

Refit = Callable[[FloatArray, BoolArray, int], Forest]
"""Fits the same kind of classifier with the same settings to rows, outcomes and a seed."""


@dataclass(frozen=True, slots=True)
class GivenClassifier:
    """A classifier as its library has it, and as the trees and slopes that were read from it."""

    library: str
    """One of xgboost, lightgbm, catboost, scikit-learn."""
    library_version: str
    kind: str
    """What it is, in the library's own word, such as RandomForestClassifier."""
    column_names: tuple[str, ...]
    forest: Forest
    link: Link
    """Of the classifier, and of its refits."""
    reference: Callable[[FloatArray], FloatArray]
    """The library's own risk of encoded rows, shape (n, columns) to (n,)."""
    refit: Refit | None
    """None where the file does not say with which settings it was fitted."""
    takes_unknown: bool = True
    """Whether it gives a risk to rows with NaN."""

    @property
    def made_by(self) -> str:
        """For the file: the library, its version, and the kind of classifier."""
        return f"{self.library} {self.library_version} {self.kind}"

    def hosted(self) -> ForestClassifier:
        """The classifier as the gateway would host it."""
        return ForestClassifier(self.forest, self.link, self.made_by)

    def write(self, home: Path, columns: tuple[str, ...]) -> None:
        """Write the file that is hosted into a version's folder."""
        write_forest(home / "classifier.forest", self.forest, self.link, columns, self.made_by)
