"""POST /predictions: the risk of one vector, the what-if call."""
