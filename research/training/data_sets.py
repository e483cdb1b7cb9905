"""The data sets that training knows, by the name that `loader` in a task.toml gives them."""

from research.training.data_set import DataSet
from research.training.errors import TrainingError
from research.training.nhanes.data_set import NHANES
from research.training.uci_heart.data_set import UCI_HEART

DATA_SETS = {"nhanes": NHANES, "uci_heart": UCI_HEART}


def data_set_of(loader: str) -> DataSet:
    """The data set of this name.

    Raises:
        TrainingError: there is none.
    """
    if loader not in DATA_SETS:
        known = " and ".join(DATA_SETS)
        raise TrainingError(f"There is no loader named {loader}; this version knows {known}.")
    return DATA_SETS[loader]
