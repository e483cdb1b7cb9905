"""Whether those asked about are still like those whom a model learned from."""
