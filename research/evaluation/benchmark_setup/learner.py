"""How a version's classifier is fitted again: by the settings that its manifest tells, or to its own risks.

A version folder holds people without their ids, ten thousand of each side at most, and of an owner's own
classifier the trees alone. What is done differently for that is said (`Learner.remarks`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import xgboost
from pydantic import BaseModel

from app.classifiers.calibration import read_calibration
from app.classifiers.link import LOGISTIC, Link
from app.classifiers.model_version import ModelVersion
from app.classifiers.training_procedure import Growth, Sample
from research.training.committee import drawn_anew, of_outputs, refit
from research.training.masking import fit_people


class _Fit(BaseModel):
    trees: int | None = None
    parameters: Mapping[str, str | int | float] | None = None


class _Counted(BaseModel):
    rows: int | None = None
    people: int | None = None
    training: int | None = None


class _Manifest(BaseModel):
    """What `manifest.json` tells of the making of a version; all of it may be left out."""

    fit: _Fit = _Fit()
    data: _Counted = _Counted()
    counts: _Counted = _Counted()


@dataclass(frozen=True, slots=True)
class Learner:
    """Fits a version's classifier to other people; `growth` is None where nobody knows how it was fitted."""

    model: ModelVersion
    growth: Growth | None
    link: Link
    """What makes a refit's margin a risk: the model's own map, which is part of it."""
    taught: int
    """How many rows the classifier learned from."""
    repeats: bool
    """Whether some people have several rows."""

    @property
    def people(self) -> Sample:
        """Those whom the version's folder holds."""
        return Sample(self.model.population.rows, self.model.population.outcome)

    def refit(self, seed: int) -> xgboost.Booster:
        """The same fit on as many rows drawn with replacement; to the classifier's risks if none is known."""
        schema, people = self.model.schema, self.people
        if self.growth is not None:
            return refit(schema, people, seed, self.growth)
        rows = people.rows[drawn_anew(len(people), seed)]
        return fit_people(schema, of_outputs(rows, self.model.classifier.risk(rows)), seed)

    def remarks(self) -> Iterator[str]:
        """In what refits differ from those of the whole table."""
        kept = len(self.people)
        if self.growth is None:
            yield (
                "How its classifier was fitted is not known here, so new refits are XGBoost's, fitted to its "
                "risks: they tell how well those can be learned"
            )
        if kept < self.taught:
            yield (
                f"Refits learn from the {kept} rows that the version holds, of {self.taught}: they differ "
                "more than refits of all would"
            )
        if self.repeats:
            yield (
                "Some people have several rows, and the version does not say which: refits draw rows, and "
                "differ less than if they drew people"
            )


def learner_of(model: ModelVersion) -> Learner:
    """The learner of a version, by its manifest."""
    told = _Manifest.model_validate_json((model.folder / "manifest.json").read_bytes())
    growth = None
    if told.fit.trees is not None and told.fit.parameters is not None:
        growth = Growth(told.fit.trees, dict(told.fit.parameters))
    return Learner(
        model,
        growth=growth,
        link=LOGISTIC if growth is None else read_calibration(model.folder),
        taught=told.counts.training or len(model.population.outcome),
        repeats=(told.data.people or 0) < (told.data.rows or 0),
    )


def booster_file(folder: Path) -> Path | None:
    """The version's XGBoost model; None of one whose classifier is of another library."""
    path = folder / "classifier.ubj"
    return path if path.exists() else None
