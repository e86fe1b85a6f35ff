"""Small builders for tests. Every name here is fictional; the codes exist nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field

from lianshu.organisation.models import Chain, Grant, Person, Region, Unit, User

PASSWORD = "Shili-2026-mima"


def make_region(code: str, name: str, level: str, parent: Region | None = None, **values) -> Region:
    path = f"{parent.path if parent else '/'}{code}/"
    return Region.objects.create(
        code=code, name=name, level=level, parent=parent, path=path, fictional=True, **values
    )


def make_user(
    username: str, name: str, role: str, region: Region, *, chains=(), unit=None, own=False
) -> User:
    user = User.objects.create_user(username, PASSWORD, name=name, unit=unit)
    grant = Grant.objects.create(user=user, role=role, region=region, unit=unit if own else None)
    grant.chains.set(chains)
    return user


@dataclass
class World:
    """A fictional province with a city and two counties; the county has two chains and five units."""

    province: Region
    city: Region
    county: Region
    neighbour: Region
    chain: Chain
    other_chain: Chain
    foreign_chain: Chain
    office: Unit
    chain_office: Unit
    department: Unit
    other_department: Unit
    park: Unit
    chief_person: Person
    owner: User
    colleague: User
    stranger: User
    department_user: User
    chief: User
    people: dict[str, User] = field(default_factory=dict)

    @classmethod
    def build(cls) -> World:
        province = make_region("990000", "示例省", "province")
        city = make_region("990100", "示例市", "city", province)
        county = make_region("990121", "青澜县", "county", city, short_name="青澜")
        neighbour = make_region("990122", "禾渡县", "county", city, short_name="禾渡")
        chain = Chain.objects.create(region=county, name="电子信息")
        other_chain = Chain.objects.create(region=county, name="新材料")
        foreign_chain = Chain.objects.create(region=neighbour, name="电子信息")
        office = Unit.objects.create(region=county, name="总链办", kind=Unit.Kind.GENERAL_OFFICE)
        chain_office = Unit.objects.create(
            region=county, name="电子信息链条办", kind=Unit.Kind.CHAIN_OFFICE, chain=chain
        )
        department = Unit.objects.create(region=county, name="青澜县科技局", short_name="科技局")
        other_department = Unit.objects.create(region=county, name="青澜县财政局", short_name="财政局")
        park = Unit.objects.create(region=county, name="青澜高新区管委会", kind=Unit.Kind.PARK)
        chief_person = Person.objects.create(region=county, name="示例甲", title="副县长")
        owner = make_user("owner", "总链办小周", "general_office", county, unit=office)
        colleague = make_user(
            "colleague", "链条办小吴", "chain_office", county, chains=[chain], unit=chain_office
        )
        stranger = make_user("stranger", "邻县老郑", "general_office", neighbour)
        department_user = make_user(
            "department", "科技局小王", "responsible_unit", county, unit=department, own=True
        )
        chief = make_user("chief", "示例甲", "chief", county, chains=[chain])
        people = {
            "owner": owner,
            "colleague": colleague,
            "stranger": stranger,
            "department": department_user,
            "chief": chief,
            "observer": make_user("observer", "市局小林", "observer", city),
            "system_admin": make_user("sysadmin", "系统管理员", "system_admin", province),
            "security_admin": make_user("secadmin", "安全管理员", "security_admin", province),
            "audit_admin": make_user("auditadmin", "审计管理员", "audit_admin", province),
        }
        return cls(
            province, city, county, neighbour, chain, other_chain, foreign_chain, office, chain_office,
            department, other_department, park, chief_person, owner, colleague, stranger, department_user,
            chief, people,
        )  # fmt: skip
