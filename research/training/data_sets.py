"""The data sets that training knows, by the name that `loader` in a task.toml gives them."""

from app.domain.schema import OWN_TABLE, FeatureSchema
from research.training.data_set import DataSet, Grouping
from research.training.errors import TrainingError
from research.training.groups import grouping_by_schema
from research.training.nhanes.data_set import NHANES
from research.training.uci_heart.data_set import UCI_HEART

DATA_SETS = {"nhanes": NHANES, "uci_heart": UCI_HEART}


def data_set_of(schema: FeatureSchema) -> DataSet:
    """The data set that a model learns from.

    Raises:
        TrainingError: there is none of this name, or it is a table of the owner's own.
    """
    name, loader = schema.model.name, schema.data.loader
    if loader == OWN_TABLE:
        raise TrainingError(
            f"{name} learns from a table of its owner's: "
            f"turnpoint add-model {name} --data FILE --outcome COLUMN"
        )
    if loader not in DATA_SETS:
        known = " and ".join(DATA_SETS)
        raise TrainingError(f"There is no loader named {loader}; this version knows {known}.")
    return DATA_SETS[loader]


def grouping_of(schema: FeatureSchema) -> Grouping:
    """The groups of people for which figures of a model are given: its data set's, or by its features."""
    known = DATA_SETS.get(schema.data.loader)
    return grouping_by_schema(schema) if known is None else known.grouping
