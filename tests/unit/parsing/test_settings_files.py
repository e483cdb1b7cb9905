"""Every setting can come by file, in one way only, and no content is told."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.settings import Settings

SECRET = "sesame-0123456789abcdef"
URL = f"postgresql://clinic:{SECRET}@db/record"


def by_file(monkeypatch: pytest.MonkeyPatch, path: Path, name: str, content: str | bytes) -> Settings:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.setenv(f"{name}_FILE", str(path))
    return Settings()


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_secrets_come_by_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: str) -> None:
    for name, content in (
        ("DATABASE_URL", URL),
        ("REDIS_URL", f"rediss://:{SECRET}@cache/0"),
        ("API_TOKENS", f"{SECRET}-1,{SECRET}-2"),
        ("LLM_API_KEY", SECRET),
        ("ERASURE_KEY", 2 * SECRET),
        ("TURNPOINT_CLASSIFIERS", f'{{"m": "http://u:{SECRET}@host/v2/models/m"}}'),
    ):
        by_file(monkeypatch, tmp_path / name, name, content + end)
    read = Settings()
    assert read.database_url == URL.replace("postgresql://", "postgresql+psycopg://")
    assert read.redis_url == f"rediss://:{SECRET}@cache/0"
    assert [token.get_secret_value() for token in read.api_tokens] == [f"{SECRET}-1", f"{SECRET}-2"]
    assert read.llm_api_key is not None
    assert read.llm_api_key.get_secret_value() == SECRET
    assert read.erasure_key_bytes == (2 * SECRET).encode()
    assert read.classifier_urls == {"m": f"http://u:{SECRET}@host/v2/models/m"}


@pytest.mark.parametrize("name", ["DATABASE_URL", "LLM_API_KEY", "API_TOKENS"])
def test_both_ways_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    monkeypatch.setenv(name, URL)
    with pytest.raises(ValidationError, match=f"{name} and {name}_FILE are both set"):
        by_file(monkeypatch, tmp_path / "secret", name, URL)


def said(error: pytest.ExceptionInfo[ValidationError]) -> str:
    """What a command tells of it."""
    return " ".join(one["msg"] for one in error.value.errors())


@given(content=st.sampled_from([b"", b"\n", b"\xff" + SECRET.encode(), SECRET.encode() * 100_000]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_of_no_use_is_told_without_its_content(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(ValidationError, match="the file of DATABASE_URL_FILE") as error:
        by_file(monkeypatch, tmp_path / "secret", "DATABASE_URL", content)
    assert SECRET not in said(error)


def test_a_file_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LLM_API_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ValidationError, match="LLM_API_KEY_FILE cannot be read: No such file") as error:
        Settings()
    assert str(tmp_path) not in said(error)


def test_an_empty_name_of_a_file_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_API_KEY_FILE", "")
    assert Settings().llm_api_key is None


def test_what_is_given_by_hand_is_not_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "nowhere"))
    assert Settings(database_url=URL).database_url.endswith("@db/record")


def test_a_short_key_is_refused_without_being_repeated() -> None:
    with pytest.raises(ValidationError, match="at least 32 characters") as error:
        Settings(erasure_key=SECRET)  # type: ignore[arg-type]
    assert SECRET not in said(error)
