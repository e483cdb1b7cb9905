"""The scales of proximity, made from training people."""

from dataclasses import dataclass

import numpy as np

from app.domain.feature import Kind
from app.domain.schema import FeatureSchema, FloatArray


@dataclass(frozen=True, slots=True)
class Scales:
    """What one unit of distance is in each column; each of shape (columns,).

    `sd`: standard deviation, 1 where nobody differs. `mad`: median absolute deviation, 1 where that is 0, as
    DiCE has it (Mothilal et al., 2020). `width`: largest less smallest value, the scale of HEOM as NICE has
    it (Wilson and Martinez, 1997; Brughmans et al., 2023). Of a category that changed, two columns do: each
    counts half by `mad` and `width`, so that the category counts as one mismatch.
    """

    sd: FloatArray
    mad: FloatArray
    width: FloatArray


def scales_of(schema: FeatureSchema, rows: FloatArray) -> Scales:
    """`rows` are training people, shape (people, columns)."""
    mad = np.nanmedian(np.abs(rows - np.nanmedian(rows, axis=0)), axis=0)
    width = np.nanmax(rows, axis=0) - np.nanmin(rows, axis=0)
    mad, width = np.where(mad > 0, mad, 1.0), np.where(width > 0, width, 1.0)
    for feature in schema.features:
        if feature.kind is Kind.CATEGORY:
            columns = [schema.columns.index(name) for name in feature.columns]
            mad[columns] = width[columns] = 2.0
    sd = np.nanstd(rows, axis=0)
    return Scales(sd=np.where(sd > 0, sd, 1.0), mad=mad, width=width)
