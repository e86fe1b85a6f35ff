"""Indicators, targets, observations and their lights."""
