"""What a report is made of, and its way into the process that makes it: that one imports this and no more."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from app.domain.schema import FloatArray, IntArray
from app.usecases.augmentation.owners import Owners


@dataclass(frozen=True)
class ReportRequest:
    """A finished job as its report needs it; see `report.inputs.ReportInputs`."""

    folder: Path
    label: bool
    synthetic: FloatArray
    source_row: IntArray
    accepted: int
    improved: int
    median_reduction: float | None
    duplicates: int
    reasons: Mapping[str, int]
    facts: Mapping[str, Any]
    owners: Owners | None = None

    @property
    def is_sample(self) -> bool:
        return len(self.synthetic) < self.accepted


Distances = list[tuple[float | None, float | None]]
"""Of each synthetic row to the nearest real row of its own person and of anybody else, where there is one."""
Documents = tuple[dict[str, Any], str, str, Distances]


def documents_of(measured: ReportRequest) -> Documents:
    """Report, page, data card, and distances by person.

    Runs in a process of its own, which alone loads what measures and draws.
    """
    documents: Documents = resolve_name("app.usecases.augmentation.documents:documents")(measured)
    return documents
