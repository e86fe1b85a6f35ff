"""Rows for the addresses of accounts, grants and acts that take two administrators."""

from lianshu.organisation import joint


def cases(world):
    account = (world.department_user.pk,)
    admin = world.people["system_admin"]
    act, _ = joint.ask(admin, joint.Kind.RESET_PASSWORD, [world.department_user], reason="忘记密码")[0]
    return {
        "account": account,
        "account-switch": account,
        "account-reset": account,
        "account-unlock": account,
        "grant-end": (world.department_user.grants.get().pk,),
        "joint-withdraw": (act.pk,),
        "joint-reprint": (act.pk,),
        "why": ("organisation.unit", world.department.pk),
    }
