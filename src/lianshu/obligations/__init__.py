"""What waits for whom: one stored row per thing, written by the rooms' services, rebuilt from their facts."""
