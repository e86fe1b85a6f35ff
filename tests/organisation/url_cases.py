"""Rows for the addresses of accounts and grants."""


def cases(world):
    account = (world.department_user.pk,)
    return {
        "account": account,
        "account-switch": account,
        "account-reset": account,
        "account-unlock": account,
        "grant-end": (world.department_user.grants.get().pk,),
        "why": ("organisation.unit", world.department.pk),
    }
