"""A request that is sent again under its key is done once."""
