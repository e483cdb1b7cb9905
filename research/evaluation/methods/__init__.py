"""The methods that are compared, each asked as its own users would ask it."""
