"""SMOTE for numbers and categories (Chawla et al., 2002), as imbalanced-learn has it."""

import numpy as np
from imblearn.over_sampling import SMOTENC

from app.classifiers.training_procedure import Sample
from app.domain.schema import FloatArray
from research.evaluation.augmentation.cohort import Cohort
from research.evaluation.benchmark_setup.compact import Compact


def smote_rows(cohort: Cohort, known: Sample, label: bool, count: int, seed: int) -> FloatArray:
    """So many rows between people of a class and their nearest; unknown values are filled, it takes none."""
    compact, yes_no = Compact(cohort.schema), [not one.is_numeric for one in cohort.schema.features]
    total = count + int(np.sum(known.outcome == label))
    sampler = SMOTENC(categorical_features=yes_no, sampling_strategy={label: total}, random_state=seed)
    resampled, _ = sampler.fit_resample(compact.of(cohort.setup.filled(known.rows)), known.outcome)
    return compact.rows(resampled[len(known) :])
