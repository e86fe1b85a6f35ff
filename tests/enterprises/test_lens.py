"""The chain of the top bar narrows the firms, once each."""

import re

from tests.conftest import signed_in

from lianshu.enterprises import services
from lianshu.enterprises.models import Enterprise

NAMES = ("青澜甲电子示例公司", "青澜乙材料示例公司", "青澜丙未上链示例公司")


def placed(world):
    firms = [Enterprise.objects.create(region=world.county, name=name) for name in NAMES]
    for firm, chains in zip(firms, ((world.chain, world.other_chain), (world.other_chain,), ()), strict=True):
        for chain in chains:
            services.chain_role_set(world.owner, firm, chain=chain, role="member")


def listed(client, query=""):
    page = client.get(f"/ledger/enterprises/{query}").content.decode()
    return re.findall("|".join(NAMES), page)


def test_the_chain_of_the_top_bar_narrows_the_firms(world):
    placed(world)
    owner = signed_in(world.owner)
    assert set(listed(owner)) == set(NAMES)
    owner.post("/lens/", {"region": str(world.county.pk), "chain": str(world.chain.pk), "next": "/"})
    assert set(listed(owner)) == {NAMES[0]}
    # taken off by the chip's address
    assert set(listed(owner, "?chain_roles__chain=")) == set(NAMES)


def test_a_firm_of_two_chosen_chains_is_listed_once(world):
    placed(world)
    owner = signed_in(world.owner)
    both = f"?chain_roles__chain={world.chain.pk}&chain_roles__chain={world.other_chain.pk}"
    page = owner.get(f"/ledger/enterprises/{both}")
    assert [obj["obj"].name for obj in page.context["lines"]] == sorted(NAMES[:2])
    assert [
        line["obj"].name
        for line in owner.get("/ledger/enterprises/?chain_roles__chain=none").context["lines"]
    ] == [NAMES[2]]
