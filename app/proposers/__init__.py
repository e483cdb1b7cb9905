"""Who proposes counterfactuals; whatever they say is repaired and verified before anyone sees it."""
