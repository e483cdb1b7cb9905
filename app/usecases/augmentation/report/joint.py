"""Features together: correlations, and whether a classifier can tell rows from people."""

import warnings

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

from app.domain.schema import FloatArray, IntArray
from app.usecases.augmentation.report.clustered_auc import clustered_auc
from app.usecases.augmentation.report.figures import Correlation, Discriminator
from app.usecases.augmentation.report.inputs import ReportInputs

_FEWEST, _FOLDS, _MOST = 20, 5, 4_000
_BINS = 255


def correlation(inputs: ReportInputs) -> Correlation:
    """Spearman's rank correlations, unknown values in the middle of the ranks; categories left out."""
    schema = inputs.schema
    names = [name for name in schema.column_of if schema[name].columns == (name,)]
    if min(len(inputs.synthetic), len(inputs.real)) < _FEWEST:
        return Correlation(mean_difference=None, largest_difference=None, largest_between=[])
    columns = [schema.column_of[name] for name in names]
    real, synthetic = (_spearman(rows[:, columns]) for rows in (inputs.real, inputs.synthetic))
    apart = np.abs(real - synthetic)
    above = np.triu_indices(len(names), 1)
    differences = apart[above]
    if np.isnan(differences).all():
        return Correlation(mean_difference=None, largest_difference=None, largest_between=[])
    place = int(np.nanargmax(differences))
    return Correlation(
        mean_difference=float(np.nanmean(differences)),
        largest_difference=float(differences[place]),
        largest_between=[schema[names[above[side][place]]].label for side in (0, 1)],
    )


def discriminator(inputs: ReportInputs, seed: int) -> Discriminator:
    """Histogram gradient boosting of scikit-learn, five folds, classes weighted alike."""
    rng = np.random.default_rng(seed)
    kept = rng.permutation(len(inputs.synthetic))[:_MOST]
    synthetic, real = inputs.synthetic[kept], inputs.real[rng.permutation(len(inputs.real))[:_MOST]]
    rows, is_synthetic = (
        np.concatenate([real, synthetic]),
        np.repeat([False, True], [len(real), len(synthetic)]),
    )
    groups = _groups(rows, np.concatenate([-1 - np.arange(len(real)), inputs.groups[kept]]))
    if min(len(np.unique(groups[side])) for side in (is_synthetic, ~is_synthetic)) < _FEWEST:
        return Discriminator(auc=None)
    learner = HistGradientBoostingClassifier(class_weight="balanced", random_state=seed, max_iter=60)
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=seed)
    predicted = cross_val_predict(
        learner, _binned(rows), is_synthetic, groups=groups, cv=folds, method="predict_proba"
    )
    auc, interval = clustered_auc(is_synthetic, predicted[:, 1], groups)
    return Discriminator(auc=auc, interval=interval)


def _binned(rows: FloatArray) -> FloatArray:
    """Each column's values by the number of their quantile, unknown ones as they are.

    The learner would do so itself, but takes several times as long as for its trees where rows have weights.
    """
    binned, shares = rows.copy(), np.linspace(0, 1, _BINS + 1)[1:-1]
    for values in binned.T:
        known = ~np.isnan(values)
        if known.any():
            edges = np.unique(np.quantile(values[known], shares))
            values[known] = np.searchsorted(edges, values[known], side="right")
    return binned


def _groups(rows: FloatArray, origin: IntArray) -> IntArray:
    """Which rows must not be parted, shape (n,): those of one origin, those that are equal, and so on.

    A person on one side and their copy on the other would teach the classifier the wrong answer, and copies
    would come out as an AUC of 0.
    """
    _, values = np.unique(np.nan_to_num(rows, nan=-np.inf), axis=0, return_inverse=True)
    _, origins = np.unique(origin, return_inverse=True)
    first, nodes = len(rows), 2 * len(rows)
    edges = (values.ravel(), first + origins.ravel())
    graph = coo_array((np.ones(len(rows), dtype=bool), edges), shape=(nodes, nodes))
    _, component = connected_components(graph, directed=False)
    groups: IntArray = component[values.ravel()]
    return groups


def _spearman(rows: FloatArray) -> FloatArray:
    ranks = rankdata(rows, axis=0, nan_policy="omit")
    with warnings.catch_warnings():
        # Of a feature that does not vary, or that nobody knows, nothing is known.
        warnings.simplefilter("ignore", RuntimeWarning)
        centred = np.nan_to_num(ranks - np.nanmean(ranks, axis=0))
        correlations: FloatArray = np.corrcoef(centred, rowvar=False)
    return correlations
