"""Who proposes counterfactuals; whatever they say is settled and verified before anyone sees it."""
