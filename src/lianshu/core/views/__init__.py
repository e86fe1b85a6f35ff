"""Pages of the base room, one small file per use."""
