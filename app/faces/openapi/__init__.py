"""The OpenAPI document: what the framework writes of the endpoints, and what it cannot know."""
