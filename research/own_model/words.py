"""What the card of an own model says in words: what its schema, its table and this run tell, and no more."""

from collections.abc import Iterator, Sequence

from app.domain.feature import Feature, Kind, Monotonicity
from app.domain.schema import FeatureSchema
from app.domain.wording import and_list, inline
from research.own_model.table.own_table import OwnTable
from research.own_model.taught import MOST_KEPT
from research.training.cohort import Cohort
from research.training.data_set import CardWords, Grouping
from research.training.discrimination import FEWEST_OF_EACH
from research.training.sites import MOST
from research.training.split import HELD_OUT_PERCENT

_NOT_FOR = (
    "Diagnosis. A low estimate rules nothing out.",
    "People unlike those of its table: outside the observed ranges of its features, or chosen otherwise.",
    "Decisions without a clinician, or decisions about cover, employment or access to care.",
)
_LIMITS = (
    "The model knows what goes together in this table, not what causes what. That a change lowers the "
    "estimate does not show that it lowers the risk of the person who makes it.",
    "Held-out people are of the same table. How the model does at another time or elsewhere is not known.",
    f"Of a group or site with fewer than {FEWEST_OF_EACH} people who have the outcome, or fewer than "
    f"{FEWEST_OF_EACH} who do not, neither ROC-AUC nor sensitivity and the like are told: they would be "
    "chance.",
)


def words_of(
    schema: FeatureSchema,
    table: OwnTable,
    cohort: Cohort,
    grouping: Grouping,
    id_column: str | None,
    cautions: Sequence[str],
    is_given: bool = False,
) -> CardWords:
    """The words of the card; `cautions` are what else there is to say.

    `is_given` is whether the classifier was fitted elsewhere: then the directions of the schema were not
    imposed on it, and whom it learned from is not known.
    """
    return CardWords(
        intended_use=(
            f"To estimate the probability of {schema.model.outcome}, and to be asked by Turnpoint which "
            "changes, of those that its schema allows, would bring the estimate below a target.",
            "For clinicians, as a starting point for a conversation about options. The clinician decides.",
        ),
        not_for=_NOT_FOR,
        data=tuple(_data(schema, table, id_column, is_given)),
        preparation=tuple(_preparation(table, cohort, is_given)),
        excluded=tuple(f'The column "{name}": {why}.' for name, why in table.left_out.items()),
        limits=(*_LIMITS, *_repeated(table), *(() if is_given else _directions(schema)), *cautions),
        told_without=schema[grouping.categories[0]].label.lower() if grouping.categories else None,
    )


def _data(schema: FeatureSchema, table: OwnTable, id_column: str | None, is_given: bool) -> Iterator[str]:
    data = schema.data
    yield f"{data.name_told}. Publisher: {data.publisher_told}. Licence: {data.licence_told}."
    yield (
        f"A table of its owner's, {table.name}, with {len(table.ids)} rows that tell the outcome; SHA-256 "
        f"{table.sha256}."
    )
    people = len(set(table.ids))
    by = "the number of their row" if id_column is None else f'their id in the column "{id_column}"'
    together = (
        "" if people == len(table.ids) else f" The rows are of {people} people; a person's stay together."
    )
    apart = (
        "fitting the committee; whether the classifier learned from them is not known"
        if is_given
        else "fitting, in the choice of settings or in calibration"
    )
    yield (
        f"Held out: about {HELD_OUT_PERCENT} % of the people, chosen by a hash of {by}. They take no part in "
        f"{apart}.{together}"
    )
    if table.sites is not None:
        sites = len(set(table.sites))
        told = "each" if sites <= MOST else f"the {MOST} with most people alone"
        yield (
            f"People of {sites} sites, which the split does not heed: a site may have people on either side. "
            f"Figures are told for {told}."
        )


def _preparation(table: OwnTable, cohort: Cohort, is_given: bool) -> Iterator[str]:
    yield from table.notes
    if cohort.tally.out_of_range:
        yield "Values outside the clinical range of the feature schema are treated as unknown."
    others = "not held out" if is_given else "learned from"
    for what, people in ((others, cohort.training), ("held out", cohort.held_out)):
        if len(people) > MOST_KEPT:
            whose = "people" if len(set(table.ids)) == len(table.ids) else "rows"
            yield (
                f"Of the {len(people)} {whose} {what}, {MOST_KEPT} are kept with the model, drawn at random."
            )


def _repeated(table: OwnTable) -> Iterator[str]:
    people = len(set(table.ids))
    if people < len(table.ids):
        yield (
            f"Figures count rows, of which a person may have several: {len(table.ids)} rows are of {people} "
            "people. Where the card says people, it counts rows; intervals of ROC-AUC draw people."
        )


def _directions(schema: FeatureSchema) -> Iterator[str]:
    rising = [_label(f) for f in schema.features if f.risk is Monotonicity.RISING]
    falling = [_label(f) for f in schema.features if f.risk is Monotonicity.FALLING]
    if rising or falling:
        told = [f"never falls when {and_list(rising)} rises" if rising else ""]
        told += [f"never rises when {and_list(falling)} rises" if falling else ""]
        yield (
            f"The model is not allowed to respond in another direction than its owner expects: its risk "
            f"{', and '.join(filter(None, told))}. That is an assumption, not a finding."
        )


def _label(feature: Feature) -> str:
    return feature.label if feature.kind is Kind.CATEGORY else inline(feature.label)
