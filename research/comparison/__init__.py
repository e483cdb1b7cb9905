"""Two versions of a model on the same people: what would be otherwise, and for whom."""
