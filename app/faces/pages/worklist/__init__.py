"""GET /: the worklist, and a search by id."""
