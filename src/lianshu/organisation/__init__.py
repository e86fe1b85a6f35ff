"""Regions, units, persons, users, chains as bodies, appointments, grants: who exists and who holds which role."""
