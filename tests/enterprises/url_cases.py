"""Rows for the addresses of the enterprises room."""

from __future__ import annotations

from lianshu.enterprises import services


def cases(world):
    firm = services.enterprise_create(world.owner, region=world.county, name="青澜示例厂", state="operating")
    post = services.attach(world.owner, firm, unit=world.department)
    return {
        "service-new": (firm.pk,),
        "enterprise-attach": (firm.pk,),
        "enterprise-detach": (firm.pk, post.pk),
        "enterprise-place": (firm.pk,),
    }
