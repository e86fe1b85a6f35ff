"""Pages of this room, one small file per use."""
