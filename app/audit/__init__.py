"""Who did what: the vocabulary of events, how they are noted and chained, and how the chain is checked."""
