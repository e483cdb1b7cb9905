"""Settings refuse what would be unsafe, and read the URLs that hosting platforms hand out."""

import json
from ipaddress import ip_address
from typing import Any

import pytest
from pydantic import ValidationError

from app.cli.main import main
from app.settings import Settings

TOKEN = "0123456789abcdef"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "example.org"])
def test_beyond_this_machine_callers_must_be_known(host: str) -> None:
    with pytest.raises(ValidationError, match="API_TOKENS"):
        Settings(host=host)
    assert Settings(host=host, api_tokens=TOKEN).api_tokens[0].get_secret_value() == TOKEN  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_on_loopback_they_need_not_be(host: str) -> None:
    assert Settings(host=host).is_loopback


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "8_000"),
        ("PORT", "8000.0"),
        ("LLM_REST_S", "inf"),
        ("LLM_REST_S", "1,5"),
        ("LLM_REST_S", "nan"),
    ],
)
def test_numbers_are_read_as_everywhere(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(ValidationError, match="must be a"):
        Settings()
    monkeypatch.setenv(name, " 25 ")
    assert getattr(Settings(), name.lower()) == 25


def test_a_classifier_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "http://mlserver:8080/v2/models/risk"
    monkeypatch.setenv("TURNPOINT_CLASSIFIERS", f'{{"stroke": "{url}", "stroke": "{url}"}}')
    with pytest.raises(ValidationError, match="/stroke is there more than once"):
        Settings()


def test_short_tokens_are_refused_without_being_repeated() -> None:
    with pytest.raises(ValidationError, match="at least 16 characters") as caught:
        Settings(api_tokens="sesame")  # type: ignore[arg-type]
    assert "sesame" not in str(caught.value)


def test_a_fault_of_one_setting_repeats_no_other() -> None:
    with pytest.raises(ValidationError, match="API_TOKENS") as caught:
        Settings(host="0.0.0.0", llm_api_key="sesame", redis_url="redis://:sesame@r")  # type: ignore[arg-type]
    assert "sesame" not in str(caught.value)
    assert "0.0.0.0" not in str(caught.value)


@pytest.mark.parametrize(("open_to_it", "expected"), [(1, False), (2, True), (64, True)])
def test_with_several_cores_searches_are_done_in_processes(
    monkeypatch: pytest.MonkeyPatch, open_to_it: int, expected: bool
) -> None:
    monkeypatch.setattr("app.settings.cores", lambda: open_to_it)
    monkeypatch.delenv("SEARCH_IN_PROCESSES", raising=False)
    assert Settings().search_in_processes is expected
    assert Settings(search_in_processes=not expected).search_in_processes is not expected


def test_searches_are_not_done_in_processes_that_cannot_share_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.settings.can_share_memory", lambda: False)
    assert Settings().search_in_processes is False
    with pytest.raises(ValidationError, match="takes Linux"):
        Settings(search_in_processes=True)


def test_a_workers_figures_are_on_loopback_unless_somebody_says_otherwise() -> None:
    assert ip_address(Settings().worker_metrics_host).is_loopback


@pytest.mark.parametrize("prefix", ["postgres://", "postgresql://", "postgresql+psycopg://"])
def test_every_form_of_database_url_means_psycopg(prefix: str) -> None:
    assert Settings(database_url=f"{prefix}db/turnpoint").database_url == "postgresql+psycopg://db/turnpoint"


@pytest.mark.parametrize(
    "url",
    [
        "http://mlserver:8080/v2/models/risk",
        "https://user:pass@triton.example.org/base/v2/models/risk/versions/3/",
        "http://[::1]:8080/v2/models/risk",
    ],
)
def test_urls_of_classifiers_are_read_from_json(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("TURNPOINT_CLASSIFIERS", json.dumps({"stroke": url}))
    settings = Settings()
    assert settings.classifier_urls == {"stroke": url}
    assert "pass" not in repr(settings)


@pytest.mark.parametrize(
    "text", ["nonsense", '["http://a/v2/models/b"]', '{"stroke": 1}', '"http://a/v2/models/b"']
)
def test_what_is_not_an_object_of_urls_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TURNPOINT_CLASSIFIERS", text)
    with pytest.raises(ValidationError, match="must be a JSON object of model names"):
        Settings()


@pytest.mark.parametrize("name", ["TURNPOINT_DEFAULT_VERSIONS", "TURNPOINT_SHADOW_VERSIONS"])
def test_versions_are_read_from_json(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, '{"stroke": "1"}')
    assert getattr(Settings(), name.lower()) == {"stroke": "1"}
    for text in ("nonsense", '["stroke"]', '{"stroke": 1}', '"stroke"'):
        monkeypatch.setenv(name, text)
        with pytest.raises(ValidationError, match="must be a JSON object of model names and versions"):
            Settings()
    monkeypatch.setenv(name, '{"stroke": "1", "stroke": "2"}')
    with pytest.raises(ValidationError, match="/stroke"):
        Settings()


@pytest.mark.parametrize(
    "url",
    [
        "mlserver:8080/v2/models/risk",
        "ftp://mlserver/v2/models/risk",
        "http:///v2/models/risk",
        "http://mlserver/models/risk",
        "http://mlserver/v2/models/risk/infer",
        "http://mlserver/v2/models/risk?key=sesame",
        "http://user:sesame@mlserver:port/v2/models/risk",
    ],
)
def test_a_url_that_is_not_a_models_is_refused_without_being_repeated(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("TURNPOINT_CLASSIFIERS", json.dumps({"stroke": url}))
    with pytest.raises(ValidationError) as caught:
        Settings()
    (fault,) = caught.value.errors()
    assert fault["msg"] == "Value error, the URL of stroke must be like http://host:8080/v2/models/stroke"


def test_a_wrong_setting_ends_a_command_with_a_sentence_that_does_not_repeat_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["turnpoint", "migrate"])
    monkeypatch.setenv("TURNPOINT_CLASSIFIERS", "http://clinic:sesame@mlserver/v2/models/risk")
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert capsys.readouterr().err == (
        "Setting TURNPOINT_CLASSIFIERS: "
        "must be a JSON object of model names and the URLs of their classifiers\n"
    )


SECRET = "sesame"


@pytest.mark.parametrize(
    "url",
    [
        SECRET,
        f"://turnpoint:{SECRET}@db/turnpoint",
        f"http://turnpoint:{SECRET}@db/turnpoint",
        f"redis://turnpoint:{SECRET}@db/0",
        f"mysql://turnpoint:{SECRET}@db/turnpoint",
        f"postgresql+asyncpg://turnpoint:{SECRET}@db/turnpoint",
        f"postgresql://turnpoint:{SECRET}@db:port/turnpoint",
        f"postgresql://turnpoint:{SECRET}@{SECRET}@db/turnpoint",
    ],
)
def test_what_is_no_url_of_a_database_is_told_without_its_secrets(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(database_url=url)
    (fault,) = caught.value.errors()
    assert fault["loc"] == ("database_url",)
    assert SECRET not in fault["msg"]


@pytest.mark.parametrize("url", ["nonsense", f"http://:{SECRET}@cache", f"redis://:{SECRET}@cache:port/0"])
def test_what_is_no_url_of_redis_is_told_without_its_secrets(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(redis_url=url)
    (fault,) = caught.value.errors()
    assert fault["loc"] == ("redis_url",)
    assert SECRET not in fault["msg"]


HTTPS = "https://issuer.example.org"


@pytest.mark.parametrize(
    "ways",
    [
        {"api_keys": True},
        {"oidc_issuer": HTTPS, "oidc_audience": "turnpoint"},
        {"proxy_secret": "x" * 32},
        {"api_tokens": TOKEN},
    ],
    ids=lambda one: next(iter(one)),
)
def test_each_way_to_know_callers_lets_it_listen_beyond_this_machine(ways: dict[str, Any]) -> None:
    settings = Settings(host="0.0.0.0", **ways)
    assert settings.asks_who
    assert not Settings(host="127.0.0.1").asks_who


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"oidc_issuer": HTTPS}, "OIDC_AUDIENCE"),
        ({"oidc_issuer": "http://issuer.example.org", "oidc_audience": "a"}, "https"),
        ({"oidc_issuer": f"https://u:{SECRET}@issuer.example.org", "oidc_audience": "a"}, "https"),
        ({"oidc_issuer": f"{HTTPS}?a={SECRET}", "oidc_audience": "a"}, "https"),
        ({"oidc_issuer": f"{HTTPS},{SECRET}", "oidc_audience": "a"}, "https"),
        ({"oidc_issuer": HTTPS, "oidc_audience": "a", "oidc_tenants": {SECRET: "north"}}, "OIDC_TENANTS"),
        ({"oidc_roles": SECRET}, "JSON object"),
        ({"oidc_roles": {"a": 1}}, "JSON object"),
        ({"proxy_secret": SECRET}, "32 bytes"),
        ({"clock_leeway_s": 86_400}, "300"),
        ({"max_credentials_bytes": 10**9}, "65536"),
    ],
    ids=str,
)
def test_what_would_be_unsafe_is_refused_without_being_repeated(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(**given)
    (fault,) = caught.value.errors()
    assert told in fault["msg"]
    assert SECRET not in fault["msg"]


def test_issuers_on_this_machine_need_no_tls() -> None:
    urls = "http://127.0.0.1:8080/realms/a, http://localhost/b"
    assert len(Settings(oidc_issuer=urls, oidc_audience="a").oidc_issuer) == 2  # type: ignore[arg-type]


def test_secrets_of_callers_are_not_in_the_repr() -> None:
    assert "sesame" not in repr(Settings(proxy_secret="sesame" * 6, api_tokens="sesame" * 3))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url", ["collector:4318", "ftp://collector", "http://a@b@collector", "grpc://x:4317"]
)
def test_a_collector_of_traces_is_named_by_a_url(url: str) -> None:
    with pytest.raises(ValidationError, match="must be the URL of an OTLP collector"):
        Settings(otel_exporter_otlp_endpoint=url)


@pytest.mark.parametrize(
    "url",
    ["nonsense", "ftp://llm/v1", "http://", "http:///v1", "http://llm:0/v1", "http://llm/v1?key=sesame"],
)
def test_what_is_no_url_of_a_language_model_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValidationError, match="like http://host:8080/v1"):
        Settings(llm_url=url)


def test_a_url_of_a_language_model_is_taken() -> None:
    assert Settings(llm_url="https://user:word@llm.example/v1").llm_url is not None
