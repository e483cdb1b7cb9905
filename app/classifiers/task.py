"""Reading `task.toml`: what a model is asked, and what can be said of its features."""

from pathlib import Path

from app.classifiers.folder import TASK, ModelFolderError, refuse, task_of
from app.classifiers.toml_files import read_as
from app.domain.schema import FeatureSchema
from app.domain.schema_checks import schema_faults

_LISTED = {
    "feature": ("name",),
    "link": ("feature",),
    "relation": ("name",),
    "effect": ("driver", "feature"),
}
"""The tables of which there are several, and the keys that name each."""


def read_schema(folder: Path) -> FeatureSchema:
    """The feature schema with which a model's next version is trained.

    Raises:
        ModelFolderError: `task.toml` is missing or says something that cannot be.
    """
    return read_task(folder / TASK)


def read_version_schema(home: Path) -> FeatureSchema:
    """The feature schema of a trained version; its `version` is the folder's name.

    Raises:
        ModelFolderError: `task.toml` is missing, says something that cannot be, or is of another version.
    """
    path = task_of(home)
    schema = read_task(path)
    if "version" not in schema.model.model_fields_set:
        model = schema.model.model_copy(update={"version": home.name})
        return schema.model_copy(update={"model": model})
    if schema.model.version != home.name:
        raise ModelFolderError(f"{path} is of version {schema.model.version}, not of {home}")
    return schema


def read_task(path: Path) -> FeatureSchema:
    """The feature schema in a file, wherever it lies.

    Raises:
        ModelFolderError: it is missing or says something that cannot be.
    """
    schema = read_as(path, FeatureSchema, _LISTED, "schema", "is not a feature schema")
    refuse(schema_faults(schema), f"{path} is not a feature schema: ")
    return schema
