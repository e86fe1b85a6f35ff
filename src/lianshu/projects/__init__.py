"""Investment projects."""
