"""What was measured of an adapter that was taught on another model: a file in the folder of a version.

`turnpoint carry-over` writes it. It holds counts, and the digests of what they are about. Where one of these
has changed, the file is void: what was measured is then not what would be asked.
"""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.classifiers.folder import ModelFolderError, digest_of
from app.classifiers.store import find_version
from app.domain.carried_over import CarriedOver
from app.domain.certainty import wilson_interval
from app.proposers.llm.adapter import Adapter, AdapterManifest, load_adapter

FILE = "carry-over.json"

_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, Field(strict=True, ge=0)]


class CarryOverError(ValueError):
    """The file says nothing that counts; the message names it and says why."""


class CarryOver(BaseModel):
    """How many single raw proposals were valid, by few-shot prompts and by another model's adapter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    """The version that was asked about, such as "stroke@1"."""
    model_digest: _Sha256
    taught_for: str
    """The version whose adapter it is."""
    adapter: _Sha256
    """Of its weights."""
    prompt: str
    """The form of the prompts that it was taught, and asked, in."""
    base: str
    """The base of both."""
    people: Annotated[int, Field(strict=True, ge=1)]
    """Each was asked about once in either way; of somebody with several rows, about one of these."""
    valid: _Count
    """How many proposals with the adapter were."""
    few_shot_valid: _Count
    temperature: float
    seed: int

    @model_validator(mode="after")
    def _counts_agree(self) -> Self:
        if max(self.valid, self.few_shot_valid) > self.people:
            raise ValueError("more proposals are valid than people were asked about")
        return self

    def is_of(self, adapter: AdapterManifest) -> bool:
        """Whether it was measured with this adapter: its weights, its base, the form it is asked in."""
        told = self.adapter, self.base, self.prompt
        return told == (adapter.digest, adapter.base, adapter.prompt)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval (Wilson) of the share that is valid with the adapter."""
        return wilson_interval(self.valid, self.people)

    @property
    def few_shot_interval(self) -> tuple[float, float]:
        """The same of few-shot prompts."""
        return wilson_interval(self.few_shot_valid, self.people)

    @property
    def is_better(self) -> bool:
        """Whether the adapter's interval lies above that of few-shot prompts."""
        return self.interval[0] > self.few_shot_interval[1]

    @property
    def told(self) -> CarriedOver:
        """In whole per cent."""
        valid, few_shot = (round(100 * one / self.people) for one in (self.valid, self.few_shot_valid))
        return CarriedOver(self.taught_for, valid, few_shot)

    @property
    def digest(self) -> str:
        """SHA-256 of all that it says."""
        return hashlib.sha256(json.dumps(self.model_dump(), sort_keys=True).encode()).hexdigest()


def write_carry_over(version_folder: Path, measured: CarryOver) -> Path:
    """Write the file, with a digest of what it says."""
    path, partial = version_folder / FILE, version_folder / f"{FILE}.partial"
    content = measured.model_dump() | {"sha256": measured.digest}
    partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    partial.replace(path)
    return path


def read_carry_over(version_folder: Path, model_digest: str) -> CarryOver | None:
    """What was measured about a version of this digest; None where nothing was.

    Raises:
        CarryOverError: the file is none, was changed, or is about another state of the version.
    """
    path = version_folder / FILE
    try:
        content = json.loads(path.read_bytes())
        given = content.pop("sha256")
        measured = CarryOver.model_validate(content)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CarryOverError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, LookupError, TypeError, AttributeError, ValidationError) as error:
        raise CarryOverError(f"{path} is not what turnpoint carry-over writes") from error
    if measured.digest != given:
        raise CarryOverError(f"{path} was changed: its SHA-256 is not that of what it says")
    if measured.model_digest != model_digest:
        raise CarryOverError(f"{path} is void: {measured.model} is not what it was when this was measured")
    return measured


def carried_adapter(version_folder: Path) -> Adapter | None:
    """The adapter of another version in the same store that carries over to this one; None where none does.

    Raises:
        AdapterError: see `load_adapter`.
    """
    store = version_folder.parent.parent
    try:
        measured = read_carry_over(version_folder, digest_of(version_folder))
        if measured is None or not measured.is_better:
            return None
        adapter = load_adapter(find_version(store, measured.taught_for))
    except (CarryOverError, ModelFolderError):
        return None  # the gateway's log says why
    return adapter if adapter and measured.is_of(adapter.manifest) else None
