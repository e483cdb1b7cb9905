"""Reading back what is on record about patients."""
