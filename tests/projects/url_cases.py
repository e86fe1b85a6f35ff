"""Rows for the addresses of the projects room."""

from __future__ import annotations

from lianshu.projects.models import Project


def cases(world):
    project = Project.objects.create(region=world.county, chain=world.chain, name="示例项目")
    return {"project-attach": (project.pk,)}
