"""What the handout's template writes down."""
