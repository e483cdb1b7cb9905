"""Reading an owner's table: what can be mended is mended and said, what cannot is refused with what to do."""
