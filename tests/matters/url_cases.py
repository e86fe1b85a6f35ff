"""Rows for the addresses of the matters room."""

from __future__ import annotations

from lianshu.matters import services


def cases(world):
    matter = services.matter_receive(
        world.owner, region=world.county, chain=world.chain, title="示例问题", text="内容"
    )
    return {"matter": (matter.pk,), "matter-step": (matter.pk, "withdraw")}
