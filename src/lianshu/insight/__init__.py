"""My work, boards and the chief's page."""
