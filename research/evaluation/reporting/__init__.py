"""How figures are shown: as tables, with the environment they were measured in."""
