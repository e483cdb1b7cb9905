"""Tables of people: read from what callers have, asked about row by row, and answered as tables."""
