"""Collections: what units must file, and what was filed."""
