"""A small model's features, and tables of its people."""

from typing import Any

import pandas as pd

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "age": {"type": "integer", "minimum": 18, "maximum": 120, "x-unit": "years"},
        "bmi": {"type": ["number", "null"], "minimum": 10.0, "maximum": 90.0, "x-unit": "kg/m²"},
        "walks": {"type": ["boolean", "null"]},
        "sex": {"type": "string", "enum": ["female", "male"]},
    },
    "required": ["age", "sex"],
}


def people(**columns: Any) -> pd.DataFrame:
    """Three people who can be asked about, with some columns replaced or added."""
    frame = pd.DataFrame(
        {
            "age": [54, 61, 40],
            "bmi": [31.5, None, 24.0],
            "walks": [1, 0, 1],
            "sex": ["male", "female", "male"],
        },
        index=["a", "b", "c"],
    )
    return frame.assign(**columns)
