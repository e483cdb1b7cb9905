"""PostgreSQL (the record) and Redis (the cache)."""
