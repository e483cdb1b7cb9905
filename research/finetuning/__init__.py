"""Fine-tuning the language model on verified counterfactuals of training people."""
