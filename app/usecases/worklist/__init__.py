"""GET /: whom callers asked about, sorted, filtered, a page at a time."""
