"""Scope gate, ledger machine, audit log, attachments, jobs, import desk, errors, registries."""
