"""Tasks, recurring duties, occurrences, supervision."""
