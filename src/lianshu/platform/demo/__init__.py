"""The demonstration: a fictional county, its plan in four formats, a simulated year of operations."""
