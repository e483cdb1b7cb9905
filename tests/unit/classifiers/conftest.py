"""A model folder that a test may spoil."""

from pathlib import Path

import pytest

from app.classifiers.model_version import ModelVersion
from tests.unit.classifiers.spoilt import folder_of


@pytest.fixture
def folder(version_1: ModelVersion, tmp_path: Path) -> Path:
    """A copy of the shipped model that a test may spoil."""
    return folder_of(version_1, tmp_path)
