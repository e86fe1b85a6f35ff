"""Extractors: each module offers ``extract(text, outline, facts)`` giving the items of one kind."""
