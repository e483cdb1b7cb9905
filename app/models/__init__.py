"""GET /models: what is hosted, and the JSON Schema of its features."""
