"""Features together: correlations, and whether a classifier can tell rows from people."""

import warnings

import numpy as np
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

from app.augmentation.report.figures import Correlation, Discriminator
from app.augmentation.report.material import Material
from app.domain.schema import FloatArray

_FEWEST, _FOLDS, _MOST = 20, 5, 4_000


def correlation(material: Material) -> Correlation:
    """Spearman's rank correlations, unknown values in the middle of the ranks; categories left out."""
    schema = material.model.schema
    names = [name for name in schema.column_of if schema[name].columns == (name,)]
    if min(len(material.synthetic), len(material.real)) < _FEWEST:
        return Correlation(mean_difference=None, largest_difference=None, largest_between=[])
    columns = [schema.column_of[name] for name in names]
    real, synthetic = (_spearman(rows[:, columns]) for rows in (material.real, material.synthetic))
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


def discriminator(material: Material, seed: int) -> Discriminator:
    """Histogram gradient boosting of scikit-learn, five folds, classes weighted alike."""
    rng = np.random.default_rng(seed)
    kept = rng.permutation(len(material.synthetic))[:_MOST]
    synthetic, real = material.synthetic[kept], material.real[rng.permutation(len(material.real))[:_MOST]]
    sources = material.source_row[kept]
    if min(len(np.unique(sources)), len(real)) < _FEWEST:
        return Discriminator(auc=None)
    rows, made = np.concatenate([real, synthetic]), np.repeat([False, True], [len(real), len(synthetic)])
    groups = np.concatenate([-1 - np.arange(len(real)), sources])
    learner = HistGradientBoostingClassifier(class_weight="balanced", random_state=seed, max_iter=60)
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=seed)
    said = cross_val_predict(learner, rows, made, groups=groups, cv=folds, method="predict_proba")
    return Discriminator(auc=float(roc_auc_score(made, said[:, 1])))


def _spearman(rows: FloatArray) -> FloatArray:
    ranks = rankdata(rows, axis=0, nan_policy="omit")
    centred = np.nan_to_num(ranks - np.nanmean(ranks, axis=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a feature that does not vary nothing is known
        correlations: FloatArray = np.corrcoef(centred, rowvar=False)
    return correlations
