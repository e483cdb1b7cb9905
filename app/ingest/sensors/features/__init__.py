"""Features of a day and of a person: what each is, and how it is measured."""
