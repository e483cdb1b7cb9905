"""Every setting of the service, read from the environment once."""

import re
from functools import cached_property
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from app.cores import can_share_memory, cores
from app.identity_settings import IdentitySettings, comma_separated
from app.model_settings import ModelSettings
from app.parsing.addresses import LOOPBACK, is_safe
from app.parsing.numbers import read_number, read_whole_number
from app.parsing.setting_json import json_of_setting
from app.parsing.settings_files import read_files

SEARCH_WORK = 4_000_000.0
"""What a question may cost unless a setting says otherwise, in the units of `Budget`."""
_DRIVER = "postgresql+psycopg://"
_ORIGIN = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_MODEL_PATH = re.compile(r"(/.*)?/v2/models/[^/]+(/versions/[^/]+)?/?")


class Settings(IdentitySettings, ModelSettings):
    """Settings by their environment names; docs/configuration.md lists them.

    Refuses combinations that would be unsafe: a service that listens beyond this machine must know
    its callers.
    """

    model_config = SettingsConfigDict(
        env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    public_url: str | None = None
    ehr_servers_file: Path | None = None

    fhir_wait_s: Annotated[float, Field(gt=0)] = 5.0
    fhir_bytes: Annotated[int, Field(ge=1024)] = 16 * 1024 * 1024
    fhir_pages: Annotated[int, Field(ge=1)] = 20
    cds_wait_s: Annotated[float, Field(gt=0, le=60)] = 0.35
    ehr_wait_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    ehr_answer_s: Annotated[float, Field(gt=0, le=60)] = 2.0
    ehr_session_s: Annotated[int, Field(ge=60, le=86_400)] = 3600
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    ehr_frame_origins: Annotated[tuple[str, ...], NoDecode] = ()
    ehr_nightly_at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    ehr_nightly_at_once: Annotated[int, Field(ge=1, le=64)] = 2
    ehr_nightly_per_minute: Annotated[int, Field(ge=1, le=6_000)] = 120

    database_url: str = "postgresql+psycopg://localhost/turnpoint"
    redis_url: str = "redis://localhost:6379/0"
    cache_ttl_s: Annotated[int, Field(ge=1)] = 3600

    database_connections: Annotated[int, Field(ge=2)] = 20
    database_wait_s: Annotated[float, Field(ge=0.1)] = 2.5
    database_unit_s: Annotated[float, Field(ge=0.1)] = 30.0
    database_pause_s: Annotated[float, Field(ge=1)] = 60.0
    cache_connections: Annotated[int, Field(ge=2)] = 50
    cache_wait_s: Annotated[float, Field(ge=0.05)] = 1.0
    cache_lock_s: Annotated[float, Field(ge=0.5)] = 3.0
    run_start_s: Annotated[float, Field(ge=1)] = 1800.0
    run_restarts: Annotated[int, Field(ge=0)] = 5

    turnpoint_classifiers: Annotated[dict[str, SecretStr], NoDecode] = Field(default_factory=dict)

    llm_url: str | None = None
    llm_model: str | None = None
    llm_api_key: SecretStr | None = None
    llm_style: Literal["zero_shot", "few_shot", "fine_tuned"] = "few_shot"
    llm_samples: Annotated[int, Field(ge=1, le=64)] = 8
    llm_temperature: Annotated[float, Field(ge=0, le=2)] = 0.8
    llm_deadline_s: Annotated[float, Field(gt=0)] = 8.0
    llm_concurrency: Annotated[int, Field(ge=1)] = 32
    llm_failures: Annotated[int, Field(ge=1)] = 5
    llm_rest_s: Annotated[float, Field(ge=0)] = 10.0

    max_head_bytes: Annotated[int, Field(ge=1024)] = 16 * 1024
    max_head_fields: Annotated[int, Field(ge=16)] = 100
    max_target_bytes: Annotated[int, Field(ge=1024)] = 12 * 1024
    max_query_fields: Annotated[int, Field(ge=16)] = 100
    max_body_bytes: Annotated[int, Field(ge=1024)] = 256 * 1024
    max_bundle_bytes: Annotated[int, Field(ge=1024)] = 8 * 1024 * 1024
    max_rows_bytes: Annotated[int, Field(ge=1024)] = 32 * 1024 * 1024
    max_upload_bytes: Annotated[int, Field(ge=1024)] = 200 * 1024 * 1024

    erasure_key: SecretStr | None = None

    refinements: Annotated[int, Field(ge=0)] = 4
    idempotency_h: Annotated[float, Field(gt=0)] = 24.0

    webhooks_file: Path | None = None
    webhook_wait_s: Annotated[float, Field(gt=0, le=30)] = 10.0
    webhook_days: Annotated[int, Field(ge=1, le=30)] = 3
    webhook_kept_days: Annotated[int, Field(ge=8)] = 30

    retention_answers_days: Annotated[int, Field(ge=1)] | None = None
    retention_uploads_days: Annotated[int, Field(ge=1)] | None = None
    retention_rows_days: Annotated[int, Field(ge=1)] | None = None
    retention_hour: Annotated[int, Field(ge=0, le=23)] = 3
    maintenance_wait_s: Annotated[float, Field(ge=0.1)] = 600.0
    retention_batch: Annotated[int, Field(ge=1)] = 500
    body_timeout_s: Annotated[float, Field(gt=0)] = 60.0
    upload_timeout_s: Annotated[float, Field(gt=0)] = 1800.0
    body_wait_s: Annotated[float, Field(gt=0)] = 5.0
    body_bytes_per_s: Annotated[float, Field(gt=0)] = 4096.0

    gateway_processes: Annotated[int, Field(ge=1, le=64)] = 1
    headers_timeout_s: Annotated[float, Field(gt=0)] = 10.0
    keep_alive_s: Annotated[float, Field(gt=0)] = 15.0
    stalled_s: Annotated[float, Field(gt=0)] = 30.0
    linger_s: Annotated[float, Field(gt=0)] = 2.0
    max_connections: Annotated[int, Field(ge=1)] = 512

    refusals_per_minute: Annotated[int, Field(ge=1)] = 60
    launches_per_minute: Annotated[int, Field(ge=1)] = 60

    readiness_wait_s: Annotated[float, Field(gt=0)] = 2.0
    shutdown_s: Annotated[float, Field(gt=0)] = 10.0
    shutdown_notice_s: Annotated[float, Field(ge=0)] = 0.5

    search_work: Annotated[float, Field(ge=0)] = SEARCH_WORK
    search_deadline_s: Annotated[float, Field(gt=0)] = 30.0
    search_threads: Annotated[int, Field(ge=1)] = Field(default_factory=cores)
    search_spare_threads: Annotated[int, Field(ge=0)] = 1
    search_in_processes: bool = Field(default_factory=lambda: cores() > 1 and can_share_memory())
    search_queue: Annotated[int, Field(ge=0)] = Field(default_factory=lambda: 8 * cores())
    search_wait_s: Annotated[float, Field(gt=0)] = 3.0
    quick_threads: Annotated[int, Field(ge=1)] = Field(default_factory=lambda: max(4, cores()))
    searches_at_once: Annotated[int, Field(ge=1)] = 64
    searches_per_minute: Annotated[int, Field(ge=1)] = 6_000
    cards_at_once: Annotated[int, Field(ge=1)] = 64
    cards_per_minute: Annotated[int, Field(ge=1)] = 6_000
    requests_at_once: Annotated[int, Field(ge=1)] = 256
    requests_per_minute: Annotated[int, Field(ge=1)] = 60_000
    batches_at_once: Annotated[int, Field(ge=1)] = 16
    batches_per_minute: Annotated[int, Field(ge=1)] = 600

    worker_threads: Annotated[int, Field(ge=1)] = Field(default_factory=cores)
    worker_llm_deadline_s: Annotated[float, Field(gt=0)] = 300.0
    worker_looks_every_s: Annotated[float, Field(gt=0)] = 2.0
    worker_heartbeat_s: Annotated[float, Field(gt=0)] = 5.0
    worker_given_up_after_s: Annotated[float, Field(gt=0)] = 20.0
    worker_database_wait_s: Annotated[float, Field(ge=0.1)] = 30.0

    metrics_queue_timeout_s: Annotated[float, Field(gt=0)] = 1.0
    metrics_queue_kept_s: Annotated[float, Field(ge=0)] = 10.0
    worker_metrics_host: str = "127.0.0.1"
    worker_metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None

    otel_exporter_otlp_endpoint: str | None = None
    otel_service_name: str = "turnpoint"
    otel_flush_s: Annotated[float, Field(ge=0)] = 2.0

    @model_validator(mode="before")
    @classmethod
    def _from_files(cls, given: dict[str, object]) -> dict[str, object]:
        return given | read_files(cls.model_fields, given)

    @field_validator("*", mode="before")
    @classmethod
    def _number(cls, value: object, info: ValidationInfo) -> object:
        kind = cls.model_fields[str(info.field_name)].annotation
        kind = int if kind == int | None else kind
        if not isinstance(value, str) or kind not in (int, float):
            return value
        return read_whole_number(value.strip()) if kind is int else read_number(value.strip())

    @field_validator("allowed_hosts", "cors_origins", "ehr_frame_origins", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return comma_separated(value)

    @field_validator("search_in_processes")
    @classmethod
    def _where_they_share(cls, in_processes: bool) -> bool:
        if in_processes and not can_share_memory():
            raise ValueError("takes Linux")
        return in_processes

    @field_validator("erasure_key")
    @classmethod
    def _long_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < 32:
            raise ValueError("needs at least 32 characters")
        return key

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _of_collector(cls, url: str | None) -> str | None:
        if url is not None and not (url.startswith(("http://", "https://")) and _has_plain_parts(url)):
            raise ValueError("must be the URL of an OTLP collector, like http://collector:4318")
        if url is not None and find_spec("opentelemetry") is None:
            raise ValueError("needs more packages: pip install 'turnpoint-server[telemetry]'")
        return url

    @field_validator("turnpoint_classifiers", mode="before")
    @classmethod
    def _json_object(cls, value: object) -> object:
        value = json_of_setting(value)
        if not isinstance(value, dict) or not all(isinstance(url, str | SecretStr) for url in value.values()):
            raise ValueError("must be a JSON object of model names and the URLs of their classifiers")
        return value

    @field_validator("turnpoint_classifiers")
    @classmethod
    def _model_urls(cls, urls: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, url in urls.items():
            if not _is_model_url(url.get_secret_value()):
                raise ValueError(f"the URL of {name} must be like http://host:8080/v2/models/{name}")
        return urls

    @field_validator("public_url")
    @classmethod
    def _plain_public_url(cls, url: str | None) -> str | None:
        if url is not None and not _is_http_url(url):
            raise ValueError("must be the http or https address that callers know the service by")
        return None if url is None else url.rstrip("/")

    @field_validator("ehr_frame_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_ORIGIN.fullmatch(origin) for origin in origins):
            raise ValueError("each must be an origin with https, like https://ehr.example")
        return origins

    @field_validator("cors_origins")
    @classmethod
    def _exact_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_is_origin(origin) for origin in origins):
            raise ValueError(
                "each must be one origin as browsers write it, like https://app.example; "
                "with http on loopback alone"
            )
        return origins

    @field_validator("database_url")
    @classmethod
    def _one_driver(cls, url: str) -> str:
        """Accept the URL forms that hosting platforms hand out; psycopg 3 is the one driver."""
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                url = _DRIVER + url.removeprefix(prefix)
        if not url.startswith(_DRIVER) or not _has_plain_parts(url):
            raise ValueError(
                "must be the URL of a PostgreSQL database, like postgresql://user:password@host:5432/name; "
                "special characters of a password are percent-encoded"
            )
        return url

    @field_validator("redis_url")
    @classmethod
    def _of_redis(cls, url: str) -> str:
        if not url.startswith(("redis://", "rediss://", "unix://")) or not _has_plain_parts(url):
            raise ValueError("must be the URL of a Redis server, like redis://host:6379/0")
        return url

    @field_validator("llm_url")
    @classmethod
    def _of_http(cls, url: str | None) -> str | None:
        if url is not None and not _is_http_url(url):
            raise ValueError("must be the base URL of an OpenAI-compatible server, like http://host:8080/v1")
        return url

    @model_validator(mode="after")
    def _known_callers(self) -> Self:
        if not self.is_loopback and not self.asks_who:
            raise ValueError(
                "HOST is not a loopback address, so callers must be known: set API_KEYS=true and give them "
                "keys (turnpoint keys create), or set OIDC_ISSUER, PROXY_SECRET or API_TOKENS"
            )
        self.refuse_unsafe_issuers()
        return self

    @cached_property
    def classifier_urls(self) -> dict[str, str]:
        """Where those classifiers are that do not run in process, by model; a URL may hold a password."""
        return {name: url.get_secret_value() for name, url in self.turnpoint_classifiers.items()}

    @cached_property
    def erasure_key_bytes(self) -> bytes | None:
        """The key of what tombstones keep of ids, if there is one."""
        return self.erasure_key.get_secret_value().encode() if self.erasure_key else None

    @cached_property
    def own_names(self) -> frozenset[str]:
        """Names under which a service that lets everybody in answers, in lower case and without port."""
        return frozenset(name.lower() for name in (*LOOPBACK, self.host, *self.allowed_hosts))

    @cached_property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def _has_plain_parts(url: str) -> bool:
    """Whether host and port can be told from user and password; messages of parsers may quote either."""
    try:
        parts = urlsplit(url)
        return "@" not in parts.netloc.rpartition("@")[0] and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _is_model_url(url: str) -> bool:
    return _is_http_url(url) and _MODEL_PATH.fullmatch(urlsplit(url).path) is not None


def _is_origin(text: str) -> bool:
    """With https, or http on loopback; in lower case, without path, and without the port of its scheme."""
    if not _is_http_url(text):
        return False
    parts = urlsplit(text)
    usual = {"http": 80, "https": 443}[parts.scheme]
    is_exact = text == f"{parts.scheme}://{parts.netloc}" == text.lower() and "@" not in parts.netloc
    return is_safe(text) and is_exact and parts.port != usual and "*" not in text


def _is_http_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
            and not (parts.query or parts.fragment)
        )
    except ValueError:  # its message may quote a password
        return False
