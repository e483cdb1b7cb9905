"""Who is asked about, in which setting, and what every method is told about them."""
