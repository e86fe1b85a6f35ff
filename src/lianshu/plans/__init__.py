"""Plan documents, readings, the reading desk, adoption."""
