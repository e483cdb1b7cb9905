"""The commands that train, fine-tune and evaluate."""
