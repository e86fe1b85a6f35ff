"""Tasks keep the words of their plan's time limit; those adopted before get them back from their sentence."""

from django.db import migrations, models

from lianshu.reference.time_limits import TimeLimit


def take_up_limits(apps, schema_editor):
    Task = apps.get_model("tasks", "Task")
    tasks = Task.objects.filter(item__isnull=False, limit="").select_related("item", "plan")
    for task in tasks.iterator(chunk_size=500):
        values = task.item.decided if task.item.decided is not None else task.item.fields
        words = str(values.get("due") or "")
        if not words:
            continue
        plan = task.plan
        year = plan.start_year if plan is not None and plan.start_year == plan.end_year else None
        limit = TimeLimit.read(words, year=year)
        # a date somebody has set since is his, not the plan's
        if task.due is not None and task.due != limit.day:
            continue
        task.limit = limit.words
        if task.due is None and task.year is None:
            task.due = limit.day
            task.next_due = limit.day if task.state in ("pending", "doing") else None
        task.save(update_fields=["limit", "due", "next_due"])


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0005_duty_due"),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="limit",
            field=models.CharField(blank=True, max_length=60, verbose_name="时限原文"),
        ),
        migrations.RunPython(take_up_limits, migrations.RunPython.noop),
    ]
