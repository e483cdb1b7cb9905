"""JSON in, JSON out: the REST API."""
