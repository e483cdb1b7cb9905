"""Classifiers of LightGBM, from its text format or a saved estimator."""

import re
from typing import Any

import lightgbm
import numpy as np

from app.classifiers.forest import Forest
from app.classifiers.link import LOGISTIC
from app.domain.schema import BoolArray, FloatArray
from research.foreign.given import GivenClassifier, Refit
from research.foreign.growing import Tree, forest_from, just_above
from research.training.errors import TrainingError

_OBJECTIVES = ("binary", "cross_entropy")
_ZERO = float(np.float32(1e-35))
"""LightGBM's own: what is no further from 0 counts as 0."""
# Names are matched whole, since a part such as "data" is in names that say how trees are grown.
_FILES = (
    *("data", "train", "train_data", "train_data_file", "data_filename"),
    *("valid", "test", "valid_data", "valid_data_file", "test_data", "test_data_file", "valid_filenames"),
    *("input_model", "model_input", "model_in", "output_model", "model_output", "model_out"),
    *("snapshot_freq", "save_period", "convert_model", "convert_model_file", "convert_model_language"),
    *("config", "config_file", "parser_config_file", "save_binary", "is_save_binary", "is_save_binary_file"),
    *("forcedbins_filename", "forcedsplits_filename", "forced_splits_filename", "forced_splits_file"),
    *("forced_splits", "fs"),
)
_MACHINES = (
    *("num_machines", "num_machine", "machines", "workers", "nodes"),
    *("machine_list_filename", "machine_list_file", "machine_list", "mlist"),
    *("device_type", "device", "num_gpu"),
    *("gpu_platform_id", "gpu_device_id", "gpu_device_id_list", "gpu_use_dp"),
    *("num_threads", "num_thread", "nthread", "nthreads", "n_jobs"),
)
_SEEDS = (
    *("seed", "random_seed", "random_state", "data_random_seed", "data_seed", "objective_seed"),
    *("bagging_seed", "bagging_fraction_seed", "feature_fraction_seed", "extra_seed", "drop_seed"),
)
_ROUNDS = (
    *("num_iterations", "num_iteration", "n_iter", "num_tree", "num_trees", "num_round", "num_rounds"),
    *("nrounds", "num_boost_round", "n_estimators", "max_iter"),
    *("early_stopping_round", "early_stopping_rounds", "early_stopping", "n_iter_no_change"),
    "early_stopping_min_delta",
)
_OTHERWISE_KNOWN = (
    *("num_class", "num_classes", "metric", "metrics", "metric_types"),
    *("task", "task_type", "verbosity", "verbose"),
)
_BESIDE = frozenset((*_FILES, *_MACHINES, *_SEEDS, *_ROUNDS, *_OTHERWISE_KNOWN))
"""Parameters, under all their names, that say nothing about how a tree is grown."""


def is_whole(content: bytes) -> bool:
    """Whether a text has all trees that it says it has: LightGBM ends the process over one that has not."""
    head, _, rest = content.replace(b"\r\n", b"\n").partition(b"\n\nTree=")
    sizes = re.search(rb"^tree_sizes=([0-9 ]*)$", head, re.MULTILINE)
    trees, place = b"Tree=" + rest, 0
    if sizes is None:
        return False
    for number, size in enumerate(sizes[1].split()):
        if not trees[place:].startswith(b"Tree=%d\n" % number):
            return False
        place += int(size)
    return trees[place:].startswith(b"end of trees\n")


def read_booster(booster: lightgbm.Booster, name: str) -> GivenClassifier:
    """A booster, up to its best round where it knows one.

    Raises:
        TrainingError: it does not end in the probability of one outcome, or splits on something else than
            numbers.
    """
    document = booster.dump_model()
    objective, *settings = str(document.get("objective", "none of LightGBM's own")).split()
    if objective not in _OBJECTIVES:
        raise TrainingError(
            f"{name} has the objective {objective}, which does not end in the probability of one outcome: "
            "fit it with binary"
        )
    names = tuple(document["feature_names"])
    trees = _Trees(document, name, names, _sigmoid(settings))
    return GivenClassifier(
        library="lightgbm",
        library_version=lightgbm.__version__,
        kind=objective,
        column_names=() if names == tuple(f"Column_{place}" for place in range(len(names))) else names,
        forest=trees.forest(),
        link=LOGISTIC,
        reference=lambda rows: np.asarray(booster.predict(rows, num_threads=1), dtype=np.float64),
        refit=_refit(booster, name, names, objective, len(document["tree_info"])),
    )


def _sigmoid(settings: list[str]) -> float:
    """By what a margin is multiplied before it is log-odds."""
    by_name = dict(setting.split(":", 1) for setting in settings if ":" in setting)
    return float(by_name.get("sigmoid", 1.0))


class _Trees:
    """The trees of a document, their leaves in log-odds."""

    def __init__(self, document: dict[str, Any], name: str, columns: tuple[str, ...], sigmoid: float) -> None:
        self._name, self._columns = name, columns
        self._structures = [tree["tree_structure"] for tree in document["tree_info"]]
        if not self._structures:
            raise TrainingError(f"{name} has no trees")
        # A random forest of LightGBM gives the mean of its trees, not their sum.
        self._scale = sigmoid / (len(self._structures) if document.get("average_output") else 1)

    def forest(self) -> Forest:
        return forest_from([self._tree(structure) for structure in self._structures], prior=0.0)

    def _tree(self, structure: dict[str, Any]) -> Tree:
        tree = Tree()
        waiting = [(self._write(tree, structure), structure)]
        while waiting:
            place, node = waiting.pop()
            if "leaf_value" in node:
                continue
            left, right = (self._write(tree, node[side]) for side in ("left_child", "right_child"))
            tree.join(place, left, right)
            waiting += [(left, node["left_child"]), (right, node["right_child"])]
        return tree

    def _write(self, tree: Tree, node: dict[str, Any]) -> int:
        if "leaf_value" in node:
            if "leaf_coeff" in node:
                raise TrainingError(f"{self._name} has linear functions in its leaves (linear_tree)")
            return tree.leaf(self._scale * float(node["leaf_value"]))
        column = int(node["split_feature"])
        if node["decision_type"] != "<=":
            raise TrainingError(
                f"{self._name} splits on the categories of '{self._columns[column]}': "
                "give LightGBM one column for each category instead"
            )
        threshold = float(node["threshold"])
        # At -1e-35 already, which LightGBM takes for 0, a value is above.
        above = -_ZERO if -_ZERO <= threshold < 0 else float(just_above(threshold))
        return tree.split(column, above, self._goes_left(node, column, threshold))

    def _goes_left(self, node: dict[str, Any], column: int, threshold: float) -> bool:
        """Whether a value that is not known goes left; LightGBM may take it for 0, or 0 for it."""
        missing, default_left = node["missing_type"], bool(node["default_left"])
        if missing == "None":
            return threshold >= 0
        if missing == "Zero" and default_left != (threshold >= _ZERO):
            raise TrainingError(
                f"{self._name} takes 0 for a value of '{self._columns[column]}' that is not known "
                "(zero_as_missing): fit it without"
            )
        return default_left


def _refit(
    booster: lightgbm.Booster, name: str, columns: tuple[str, ...], objective: str, rounds: int
) -> Refit | None:
    settings = {key: value for key, value in booster.params.items() if key not in _BESIDE}
    if not settings:
        return None
    settings |= {"objective": objective, "verbosity": -1, "num_threads": 1, "deterministic": True}

    def refit(rows: FloatArray, outcomes: BoolArray, seed: int) -> Forest:
        data = lightgbm.Dataset(rows, outcomes.astype(float), feature_name=list(columns))
        fitted = lightgbm.train({**settings, "seed": seed}, data, rounds)
        return read_booster(fitted, name).forest

    return refit
