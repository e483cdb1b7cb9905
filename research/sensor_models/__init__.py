"""Models of wearables' days and people: recipes, and what makes a table of their owner's files."""
