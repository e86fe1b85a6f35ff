"""Rows for the addresses of the chains room."""

from __future__ import annotations

from lianshu.chains import services
from lianshu.chains.models import ChainItem
from lianshu.organisation.models import Appointment, Person


def cases(world):
    mechanism = services.mechanism_save(world.owner, region=world.county, name="三个一", items=["一个规划"])
    item = ChainItem.objects.get(chain=world.chain, item__mechanism=mechanism)
    expert = Person.objects.create(region=world.county, name="示例专家")
    post = Appointment.objects.create(region=world.county, chain=world.chain, role="expert", person=expert)
    asked = services.consultation_ask(world.owner, chain=world.chain, expert=expert, question="？")
    chain = world.chain.pk
    return {
        "chain": (chain,),
        "chain-team-add": (chain,),
        "chain-team-end": (chain, post.pk),
        "chain-consult": (chain,),
        "chain-consult-answer": (chain, asked.pk),
        "chain-item": (item.pk,),
        "mechanism": (mechanism.pk,),
        "mechanism-edit": (mechanism.pk,),
    }
