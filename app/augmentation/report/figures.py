"""The figures of a report. None stands for what cannot be told from so few rows."""

from pydantic import BaseModel


class Acceptance(BaseModel):
    """What became of source rows, and of the rows made of them."""

    accepted: int
    rejected: int
    duplicates_removed: int
    reasons: dict[str, int]


class Marginal(BaseModel):
    """One feature among real people of the class and among synthetic rows.

    `distance`: of numbers the two-sample Kolmogorov-Smirnov statistic, of yes/no features and categories the
    total variation distance; 0 alike, 1 nothing in common. `real` and `synthetic` are shares of known values
    in `bins`.
    """

    name: str
    label: str
    unit: str | None
    distance: float | None
    bins: list[str]
    real: list[float]
    synthetic: list[float]
    real_unknown: float
    synthetic_unknown: float


class Correlation(BaseModel):
    """Mean and largest absolute difference between the Spearman correlations of each pair of features."""

    mean_difference: float | None
    largest_difference: float | None
    largest_between: list[str]


class Discriminator(BaseModel):
    """How well a classifier tells synthetic rows from real people of the class: 0.5 not at all, 1 always.

    Cross-validated; rows of one source row, and rows equal to a person, stay together (Lopez-Paz and Oquab,
    2017, use such a test).
    """

    auc: float | None


class Closeness(BaseModel):
    """Whether rows copy people the model learned from.

    Distance to the closest record, of synthetic rows and, for comparison, of held-out people, to training
    people (medians); the ratio of the distances to the nearest and second nearest (Zhao et al., 2021,
    CTAB-GAN); the share of rows nearer to a training person than to one of as many held-out people: 0.5 where
    nothing is copied; rows equal to a training person.
    """

    to_training: float | None
    held_out_to_training: float | None
    nearest_ratio: float | None
    nearer_to_training: float | None
    copies: int


class Scores(BaseModel):
    """Of a classifier on all held-out people; F1 is the mean of both classes'."""

    f1: float
    balanced_accuracy: float
    auc: float


class Difference(BaseModel):
    """With the rows less without them; the interval holds 95 % of a bootstrap."""

    value: float
    low: float
    high: float


class Utility(BaseModel):
    """The model's own learner fit on real people, and on these and the synthetic rows (Esteban et al., 2017).

    Tested on held-out real people, who are resampled in pairs and within their class.
    """

    real: Scores
    augmented: Scores
    f1: Difference
    balanced_accuracy: Difference
    auc: Difference


class QualityReport(BaseModel):
    """All figures of one job's rows."""

    label: str
    rows: int
    rows_measured: int
    real_people: int
    acceptance: Acceptance
    marginals: list[Marginal]
    correlation: Correlation
    discriminator: Discriminator
    closeness: Closeness
    utility: Utility | None
