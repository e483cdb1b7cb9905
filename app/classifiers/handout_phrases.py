"""Reading `model_store/<model>/handout/<language>.toml`: what a patient reads, beside the model itself.

The files belong to the model, not to one of its versions, and need no manifest: no answer depends on them.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from app.classifiers.folder import ModelFolderError, refuse
from app.classifiers.toml_files import read_as
from app.domain.handout import HandoutPhrases, fitting, handout_faults
from app.domain.schema import FeatureSchema

FOLDER = "handout"
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_LISTED = {"goal": ("feature",), "follows": ("feature",)}


def read_handouts(folder: Path, schema: FeatureSchema, is_newest: bool) -> Mapping[str, HandoutPhrases]:
    """The phrases of a model by language; empty where it has none, and goals are worded by the schema.

    The files go with the newest version. An older one takes of them what fits it.

    Raises:
        ModelFolderError: a file says something that cannot be, or does not fit the newest version.
    """
    found = {path.stem: _read(path) for path in sorted((folder / FOLDER).glob("*.toml"))}
    if not is_newest:
        return {language: fitting(phrases, schema) for language, phrases in found.items()}
    for language, phrases in found.items():
        refuse(handout_faults(phrases, schema), f"{folder / FOLDER / language}.toml is no handout: ")
    return found


def _read(path: Path) -> HandoutPhrases:
    if not _LANGUAGE.fullmatch(path.stem):
        raise ModelFolderError(f"{path} is not named by a language, such as es.toml")
    return read_as(path, HandoutPhrases, _LISTED, "handout", "is no handout")
