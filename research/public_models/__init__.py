"""Models of public tables, made as an owner makes one by `turnpoint add-model`, for the study."""
