"""Reading the audit: who did what, when, to whose record."""
