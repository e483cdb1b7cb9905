"""Where each measure comes from, as page and data card tell."""

import numpy
import scipy
import sklearn
import xgboost

REFERENCES = {
    "distance of a feature": (
        "two-sample Kolmogorov-Smirnov statistic of numbers, total variation distance of yes/no features and "
        "categories, as in the Synthetic Data Vault (Patki, Wedge and Veeramachaneni, 2016, DSAA)"
    ),
    "correlations": "Spearman (1904), The American Journal of Psychology 15; absolute differences over pairs",
    "told from real people": (
        "classifier two-sample test (Lopez-Paz and Oquab, 2017, ICLR), here by the area under the ROC curve "
        "of five-fold cross-validated histogram gradient boosting; rows of one source row stay together, "
        "and its interval is that of clustered ROC curves (Obuchowski, 1997, Biometrics 53)"
    ),
    "distance to the nearest, ratio to the second nearest": (
        "distance to closest record and nearest-neighbour distance ratio of CTAB-GAN (Zhao, Kunar, Birke and "
        "Chen, 2021, ACML)"
    ),
    "nearer to known people": (
        "the hold-out test of Platzer and Reutterer (2021, Frontiers in Big Data 4), as many people a side"
    ),
    "usefulness": (
        "train on synthetic, test on real (Esteban, Hyland and Rätsch, 2017, arXiv:1706.02633), the rows "
        "added to real people; 95 % intervals by a paired bootstrap over held-out people"
    ),
}


def versions() -> str:
    """Of the packages that measured."""
    return (
        f"NumPy {numpy.__version__}, SciPy {scipy.__version__}, scikit-learn {sklearn.__version__}, "
        f"XGBoost {xgboost.__version__}"
    )
