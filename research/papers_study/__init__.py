"""The study of the papers, by our own definitions, on a recipe's table: folds by person, other cohorts."""
