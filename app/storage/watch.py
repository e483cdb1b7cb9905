"""Statements about counts that several processes add to, and that go when they are old."""

from sqlalchemy import TextClause, text

from app.storage.tenancy import OWN_TENANT


def adding(table: str, keys: tuple[str, ...]) -> TextClause:
    """Add counts to those that are there, bin by bin; who adds to the same ones meanwhile is waited for."""
    columns = ", ".join(keys)
    values = ", ".join(f":{key}" for key in keys)
    return text(
        f"INSERT INTO {table} AS kept ({columns}, counts) VALUES ({values}, CAST(:counts AS bigint[])) "
        f"ON CONFLICT (tenant, {columns}) DO UPDATE SET counts = ARRAY("
        "SELECT coalesce(a, 0) + coalesce(b, 0) "
        "FROM unnest(kept.counts, excluded.counts) WITH ORDINALITY AS both_of(a, b, place) ORDER BY place)"
    )


def removing(table: str, keys: tuple[str, ...]) -> TextClause:
    """Take away at most `:most` rows of days before `:before`, and tell of each."""
    columns = ", ".join(keys)
    own = f"tenant = {OWN_TENANT.text}"
    old = f"SELECT {columns} FROM {table} WHERE {own} AND day < :before ORDER BY day LIMIT :most"
    return text(f"DELETE FROM {table} WHERE {own} AND ({columns}) IN ({old}) RETURNING 1")


DRIFT_KEYS = ("model_digest", "day", "feature")
ADD_DRIFT = adding("drift_counts", DRIFT_KEYS)
DRIFT_SINCE = text(
    "SELECT model_digest, feature, place - 1, CAST(sum(many) AS bigint) FROM drift_counts, "
    f"unnest(counts) WITH ORDINALITY AS bins(many, place) WHERE tenant = {OWN_TENANT.text} "
    "AND model_digest = ANY(CAST(:digests AS text[])) AND day >= :since GROUP BY model_digest, feature, place"
)
"""The counts of versions' days, added up: digest, feature, bin, how many."""
SHADOW_KEYS = ("model_digest", "shadow_digest", "day")
ADD_SHADOW = adding("shadow_counts", SHADOW_KEYS)
SHADOW_SINCE = text(
    "SELECT place - 1, CAST(sum(many) AS bigint) FROM shadow_counts, "
    f"unnest(counts) WITH ORDINALITY AS bins(many, place) WHERE tenant = {OWN_TENANT.text} "
    "AND model_digest = :model_digest AND shadow_digest = :shadow_digest AND day >= :since GROUP BY place"
)
"""The counts of two versions' days, added up: place, how many."""
REMOVE_COUNTS = {
    "drift": removing("drift_counts", DRIFT_KEYS),
    "shadow": removing("shadow_counts", SHADOW_KEYS),
}
