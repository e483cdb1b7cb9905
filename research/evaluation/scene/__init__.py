"""Who is asked about, under which rules, and what every method is told about them."""
