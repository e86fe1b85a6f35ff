"""Enterprise files and service logs."""
