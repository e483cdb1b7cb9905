"""A model of one's own: from a table of people to a version in the model store."""
