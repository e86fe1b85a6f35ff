"""From accepted items to rows of the rooms: proposals, one transaction, undo."""
