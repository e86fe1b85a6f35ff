"""Arguments of this room's addresses: rows of the owner's county."""

from django.core.files.base import ContentFile
from tests.plans.samples import accept_all, make_document

from lianshu.plans.adoption import engine


def cases(world):
    document = make_document(world.county)
    document.file.save("方案.txt", ContentFile(document.text.encode()))
    accept_all(document)
    adoption = engine.adopt(world.owner, document, unanswered="create").adoption
    item = document.items.first()
    with_document = (
        "plan-reading", "plan-read-again", "plan-discard", "plan-file", "plan-difference", "plan-desk", "plan-desk-text",
        "plan-desk-changes", "plan-item-new", "plan-item-add", "plan-accept-above", "plan-desk-undo", "plan-adopt",
    )  # fmt: skip
    return {
        **dict.fromkeys(("plan-page", "plan-edit", "plan-delete", "plan-edition"), (document.plan_id,)),
        **dict.fromkeys(with_document, (document.pk,)),
        **dict.fromkeys(("plan-item-form", "plan-item-split-form"), (item.pk,)),
        "plan-item-decide": (item.pk, "accept"),
        "plan-adoption": (adoption.pk,),
        "plan-adoption-undo": (adoption.pk,),
    }
