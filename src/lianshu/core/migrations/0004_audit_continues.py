"""The audit log also refuses an INSERT that does not continue it (INSERT OR REPLACE), and TRUNCATE."""

from django.db import migrations

from lianshu.core import audit_guard


def forwards(apps, schema_editor):
    audit_guard.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_notices_and_cancelling")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
