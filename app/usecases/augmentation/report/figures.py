"""The figures of a report. None stands for what cannot be told from so few rows."""

from pydantic import BaseModel, Field


class Acceptance(BaseModel):
    """What became of source rows, and of the rows made of them."""

    accepted: int = Field(description="Rows made that are of the class: all other figures are about them.")
    improved: int = Field(
        description="Rows made that lower the risk but are not of the class: no other figure counts them in."
    )
    median_reduction: float | None = Field(
        description="By how much those lower the risk (0-1), the median; null without any."
    )
    rejected: int = Field(description="Source rows of which no row could be made, of either kind.")
    duplicates_removed: int = Field(description="Rows left out, since there was an equal one.")
    reasons: dict[str, int] = Field(description="How many source rows were rejected, by reason.")


class Marginal(BaseModel):
    """One feature among real people of the class and among synthetic rows.

    `distance`: of numbers the two-sample Kolmogorov-Smirnov statistic, of yes/no features and categories the
    total variation distance; 0 alike, 1 nothing in common. `real` and `synthetic` are shares of known values
    in `bins`.
    """

    name: str = Field(description="The feature's name.")
    label: str = Field(description="What people call it.")
    unit: str | None = Field(description="Its unit; null of what has none.")
    distance: float | None = Field(description="0 alike, 1 nothing in common.")
    bins: list[str] = Field(description="What its values are sorted into.")
    real: list[float] = Field(description="The share of real people's known values in each bin.")
    synthetic: list[float] = Field(description="The share of synthetic rows' known values in each bin.")
    real_unknown: float = Field(description="The share of real people of whom it is unknown.")
    synthetic_unknown: float = Field(description="The share of synthetic rows in which it is unknown.")


class Correlation(BaseModel):
    """Mean and largest absolute difference between the Spearman correlations of each pair of features."""

    mean_difference: float | None = Field(description="The mean over pairs of features.")
    largest_difference: float | None = Field(description="The largest.")
    largest_between: list[str] = Field(description="The two features that it is between.")


class Discriminator(BaseModel):
    """How well a classifier tells synthetic rows from real people of the class: 0.5 not at all, 1 always.

    Cross-validated; rows of one source row, and rows equal to a person, stay together (Lopez-Paz and Oquab,
    2017, use such a test).
    """

    auc: float | None = Field(description="The area under the ROC curve.")
    interval: tuple[float, float] | None = Field(
        None,
        description="Its 95 % interval (Obuchowski, 1997: rows of one source row are not independent); null "
        "in reports from before it was told.",
    )


class Closeness(BaseModel):
    """Whether rows copy people the model learned from.

    Distance to the closest record, of synthetic rows and, for comparison, of held-out people, to training
    people (medians); the ratio of the distances to the nearest and second nearest (Zhao et al., 2021,
    CTAB-GAN); the share of rows nearer to a training person than to one of as many held-out people: 0.5 where
    nothing is copied; rows equal to a training person.
    """

    to_training: float | None = Field(
        description="The median distance of rows to the closest person the model learned from."
    )
    held_out_to_training: float | None = Field(description="The same of held-out people.")
    nearest_ratio: float | None = Field(
        description="The median ratio of the distances to the nearest and second nearest."
    )
    nearer_to_training: float | None = Field(
        description="The share of rows nearer to a training person than to a held-out one."
    )
    nearer_interval: tuple[float, float] | None = Field(
        None,
        description="Its 95 % interval (Wilson, 1927), rows taken as independent; null in reports from "
        "before it was told.",
    )
    copies: int = Field(description="Rows equal to a training person.")


class PersonCloseness(BaseModel):
    """Whether rows copy people of the source who have several rows in it, such as days.

    Distances (medians) to the nearest real row of the same person, the one that a row was made of left out,
    and to the nearest of anybody else; beside them the same of real rows. None where nobody has another.
    """

    people: int = Field(description="People whom the source names.")
    to_own: float | None = Field(
        description="The median distance of rows to the nearest other real row of their own person."
    )
    to_others: float | None = Field(
        description="The median distance of rows to the nearest real row of anybody else."
    )
    nearer_to_own: float | None = Field(
        description="The share of rows nearer to their own person's real rows than to anybody else's."
    )
    real_to_own: float | None = Field(description="`to_own` of the source's real rows.")
    real_to_others: float | None = Field(description="`to_others` of the source's real rows.")
    real_nearer_to_own: float | None = Field(description="`nearer_to_own` of the source's real rows.")
    copies_of_own: int = Field(description="Rows equal to a real row of their own person.")
    copies_of_others: int = Field(description="Rows equal to a real row of anybody else in the source.")


class Scores(BaseModel):
    """Of a classifier on all held-out people; F1 is the mean of both classes'."""

    f1: float = Field(description="The mean of both classes' F1.")
    balanced_accuracy: float = Field(description="The mean of sensitivity and specificity.")
    auc: float = Field(description="The area under the ROC curve.")


class Difference(BaseModel):
    """With the rows less without them; the interval holds 95 % of a bootstrap."""

    value: float = Field(description="With the rows less without them.")
    low: float = Field(description="The lower end of the interval.")
    high: float = Field(description="Its upper end.")


class Utility(BaseModel):
    """The model's own learner fit on real people, and on these and the synthetic rows (Esteban et al., 2017).

    Tested on held-out real people, who are resampled in pairs and within their class.
    """

    real: Scores = Field(description="Fit on real people.")
    augmented: Scores = Field(description="Fit on real people and synthetic rows.")
    f1: Difference = Field(description="The difference in F1.")
    balanced_accuracy: Difference = Field(description="The difference in balanced accuracy.")
    auc: Difference = Field(description="The difference in the area under the ROC curve.")


class QualityReport(BaseModel):
    """All figures of one job's rows."""

    label: str = Field(description="The class of the rows.")
    rows: int = Field(description="Rows of the job that are of the class.")
    rows_measured: int = Field(description="How many of them were measured: a sample where there are many.")
    real_people: int = Field(description="Real people of the class that they are compared with.")
    acceptance: Acceptance = Field(description="What became of source rows.")
    marginals: list[Marginal] = Field(description="Feature by feature.")
    correlation: Correlation = Field(description="Features in pairs.")
    discriminator: Discriminator = Field(description="Whether rows can be told from people.")
    closeness: Closeness = Field(description="Whether rows copy people.")
    by_person: PersonCloseness | None = Field(
        None,
        description="The same person by person, where the source names people in several rows. Null where "
        "it does not, of a source of more than 50,000 rows, and in reports from before it was measured.",
    )
    utility: Utility | None = Field(
        description="Whether they help in training; null where that could not be measured."
    )
