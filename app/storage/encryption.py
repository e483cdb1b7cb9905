"""Servers that must show who they are: one whose certificate does not hold stops the start.

How to encrypt is said in the URLs: `sslmode`, `sslrootcert`, `sslcert`, `sslkey` for PostgreSQL; for Redis
`rediss://` and `ssl_ca_certs`, `ssl_certfile`, `ssl_keyfile`.
"""

import ssl
from urllib.parse import urlsplit

import psycopg
import redis
from sqlalchemy import make_url

_PATIENCE_S = 5
_DEMANDING = ("require", "verify-ca", "verify-full")
_ABOUT_TLS = ("certificate", "SSL", "TLS", "encryption")
"""Words of libpq's messages, which quote hosts and files, and no password."""


class UntrustedServerError(RuntimeError):
    """A server does not show the certificate that it should; the message is one sentence without secrets."""


def check_certificates(database_url: str, redis_url: str) -> None:
    """Refuse servers that are not who they should be. One that is away is none of them: it may come back.

    Raises:
        UntrustedServerError: an encrypted connection is asked for, and cannot be made or trusted.
    """
    _check_database(database_url)
    _check_cache(redis_url)


def _check_database(url: str) -> None:
    plain = make_url(url).set(drivername="postgresql")
    if plain.query.get("sslmode") not in _DEMANDING:
        return
    try:
        psycopg.connect(plain.render_as_string(hide_password=False), connect_timeout=_PATIENCE_S).close()
    except psycopg.OperationalError as error:
        said = str(error).strip().splitlines() or [""]
        about_tls = [line for line in said if any(word in line for word in _ABOUT_TLS)]
        if about_tls:
            raise UntrustedServerError(
                f"The server of DATABASE_URL cannot be trusted: {about_tls[0].split('failed: ')[-1]}"
            ) from None


def _check_cache(url: str) -> None:
    if urlsplit(url).scheme != "rediss":
        return
    try:
        with redis.Redis.from_url(url, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S) as one:
            one.ping()
    except (redis.RedisError, OSError) as error:
        reason = _reason(error)
        if reason is not None:
            raise UntrustedServerError(f"The server of REDIS_URL cannot be trusted: {reason}") from None


def _reason(error: BaseException | None) -> str | None:
    """What is wrong with certificates, where that is it."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        if isinstance(error, ssl.SSLError):
            return error.reason or "the connection cannot be encrypted"
        if isinstance(error, FileNotFoundError | PermissionError):
            return f"a certificate's file cannot be read: {error.strerror}"
        error = error.__cause__ or error.__context__
    return None
