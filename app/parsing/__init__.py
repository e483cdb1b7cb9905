"""Reading what comes from outside as text: JSON, numbers, free text. Each has one reader, and one grammar."""
