"""Rows with one column a feature, a category as the number of its value: the form that DiCE and NICE take."""

import numpy as np

from app.domain.schema import FeatureSchema, FloatArray


class Compact:
    """From the classifier's columns and back; unknown categories must have been filled."""

    def __init__(self, schema: FeatureSchema) -> None:
        self.names = [feature.name for feature in schema.features]
        self.categorical = [index for index, one in enumerate(schema.features) if one.categories]
        self._groups = [[schema.columns.index(c) for c in feature.columns] for feature in schema.features]
        self._width = len(schema.columns)

    def of(self, rows: FloatArray) -> FloatArray:
        """Shape (n, columns) to (n, features)."""
        columns = [
            rows[:, group[0]] if index not in self.categorical else rows[:, group].argmax(axis=1)
            for index, group in enumerate(self._groups)
        ]
        return np.column_stack(columns).astype(np.float64)

    def rows(self, compact: FloatArray) -> FloatArray:
        """Shape (n, features) to (n, columns)."""
        rows = np.zeros((len(compact), self._width))
        for index, group in enumerate(self._groups):
            if index in self.categorical:
                rows[np.arange(len(rows)), np.array(group)[compact[:, index].astype(np.int64)]] = 1.0
            else:
                rows[:, group[0]] = compact[:, index]
        return rows

    def free(self, open_features: "set[str]", categories: bool, unknown: "set[str]") -> list[int]:
        """Positions of the features that may change."""
        return [
            index
            for index, name in enumerate(self.names)
            if name not in unknown and (name in open_features or (categories and index in self.categorical))
        ]
