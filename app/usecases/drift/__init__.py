"""Whether those asked about are still like the people of a model's data."""
