"""The study: every method beside the others, as tables, figures and a page."""
