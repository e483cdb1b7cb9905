"""How good a job's rows are, as figures, as a page and as a data card."""
