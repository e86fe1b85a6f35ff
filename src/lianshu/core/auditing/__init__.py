"""What stands behind the audit log: its chain, its triggers, signed checkpoints outside the table, the verdict.

`chain` appends, `pending` and `checkpoints` anchor what was appended, `keys` signs, `copies` carries the
checkpoints elsewhere, `evidence` compares them with the table, `verdict` says in words what is missing,
`alarms` tells the audit administrators. Rooms call :mod:`lianshu.core.audit`; the platform calls
:mod:`lianshu.core.audit_anchor`.
"""
