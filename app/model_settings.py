"""Settings about models: which are hosted, which version of each answers, and what is watched of them."""

from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

from app.parsing.setting_json import json_of_setting
from app.paths import MODEL_STORE

_Versions = Annotated[dict[str, str], NoDecode]


class ModelSettings(BaseSettings):
    """The part of `Settings` that is about models."""

    model_store: Path = MODEL_STORE
    default_model: str = "dysglycaemia"
    turnpoint_default_versions: _Versions = Field(default_factory=dict)
    turnpoint_shadow_versions: _Versions = Field(default_factory=dict)
    drift_flush_s: Annotated[float, Field(ge=0.1, le=3600)] = 10.0
    drift_days: Annotated[int, Field(ge=1, le=366)] = 30
    metrics_drift_kept_s: Annotated[float, Field(ge=0)] = 60.0
    retention_counts_days: Annotated[int, Field(ge=1)] = 400

    @field_validator("turnpoint_default_versions", "turnpoint_shadow_versions", mode="before")
    @classmethod
    def _versions_by_model(cls, value: object) -> object:
        value = json_of_setting(value)
        if not isinstance(value, dict) or not all(isinstance(version, str) for version in value.values()):
            raise ValueError('must be a JSON object of model names and versions, like {"dysglycaemia": "1"}')
        return value

    @cached_property
    def default_reference(self) -> str:
        """The default model, with its version where a setting says which."""
        version = self.turnpoint_default_versions.get(self.default_model)
        return self.default_model if version is None else f"{self.default_model}@{version}"
