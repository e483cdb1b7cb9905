"""Who asks: principals, what they may do, and the caller of one request."""
