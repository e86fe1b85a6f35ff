"""Rows for the addresses of the chief's page."""


def cases(world):
    return {"chief": (world.chain.pk,)}
