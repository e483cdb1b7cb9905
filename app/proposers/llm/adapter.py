"""The adapter that comes with a model version: what fine-tuning taught a base language model."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from app.parsing.misfits import first_misfit
from app.proposers.llm.prompt import VERSIONS

WEIGHTS, CONFIG, MANIFEST = "adapter_model.safetensors", "adapter_config.json", "manifest.json"


class AdapterError(RuntimeError):
    """The adapter cannot be used; the message names the file and what is wrong with it."""


class AdapterManifest(BaseModel):
    """What made an adapter, and the digest of each of its files."""

    model_config = ConfigDict(extra="allow")

    base: str
    base_sha256: str | None
    """Of the base's one file, where it is one."""
    prompt: str
    """Version of the prompt's wording that it was taught with."""
    files: dict[str, str]

    @property
    def digest(self) -> str | None:
        """SHA-256 of its weights; None if it does not list them."""
        return self.files.get(WEIGHTS)


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter in PEFT's form, checked."""

    folder: Path
    manifest: AdapterManifest
    rank: int
    alpha: float

    @property
    def digest(self) -> str:
        """SHA-256 of its weights."""
        return self.manifest.files[WEIGHTS]


def adapter_manifest(version_folder: Path) -> AdapterManifest | None:
    """What a model version's adapter says of itself; None if it ships none. Its files are not looked into.

    Raises:
        AdapterError: the manifest is none.
    """
    path = version_folder / "adapter" / MANIFEST
    return _manifest_in(path) if path.is_file() else None


def load_adapter(version_folder: Path) -> Adapter | None:
    """The adapter of a model version; None if it ships none.

    Raises:
        AdapterError: see `adapter_in`.
    """
    folder = version_folder / "adapter"
    return adapter_in(folder) if folder.exists() else None


def adapter_in(folder: Path) -> Adapter:
    """The adapter of a folder.

    Raises:
        AdapterError: a file is missing or changed, or it was taught with words that nobody asks with.
    """
    path = folder / MANIFEST
    try:
        manifest = _manifest_in(path)
        for name in {WEIGHTS, CONFIG} - set(manifest.files):
            raise AdapterError(f"{path} does not list {name}")
        for name, digest in manifest.files.items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                raise AdapterError(f"{folder / name} is not the file that {MANIFEST} lists")
        config = json.loads((folder / CONFIG).read_bytes())
        rank, alpha = int(config["r"]), float(config["lora_alpha"])
    except OSError as error:
        raise AdapterError(f"{error.filename} cannot be read: {error.strerror}") from error
    except (ValueError, LookupError, TypeError) as error:
        raise AdapterError(f"{folder / CONFIG} is not an adapter's configuration") from error
    if manifest.prompt not in VERSIONS:
        known = " or ".join(VERSIONS)
        raise AdapterError(f"{path}: taught with the prompt {manifest.prompt}, but prompts are {known}")
    return Adapter(folder, manifest, rank, alpha)


def _manifest_in(path: Path) -> AdapterManifest:
    try:
        return AdapterManifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise AdapterError(f"{error.filename} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise AdapterError(
            f"{path} is not an adapter's manifest: {first_misfit(error, 'manifest')}"
        ) from error
