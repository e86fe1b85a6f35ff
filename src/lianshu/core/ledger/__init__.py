"""The ledger machine: a register (台账) is a declaration; list, form, export, import and history come from here.

The recipe stands in docs/adding-a-ledger.md.
"""

from .declaration import Column, Ledger, ledger_for, ledgers, register
from .many import plain_create_many, plain_update_many
from .services import plain_create, plain_delete, plain_update

__all__ = [
    "Column",
    "Ledger",
    "ledger_for",
    "ledgers",
    "plain_create",
    "plain_create_many",
    "plain_delete",
    "plain_update",
    "plain_update_many",
    "register",
]
