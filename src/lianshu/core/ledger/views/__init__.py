"""Pages of the ledger machine, one small file per use."""
