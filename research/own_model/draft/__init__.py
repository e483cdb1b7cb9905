"""A first `task.toml` for an owner's table, and what its owner should decide next."""
