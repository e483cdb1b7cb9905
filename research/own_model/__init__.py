"""A model of somebody's own table: from a CSV to a version in the model store."""
