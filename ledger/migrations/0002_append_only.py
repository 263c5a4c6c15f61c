from django.db import migrations

from ledger.triggers import Guard, guard_tables


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        guard_tables([Guard("ledger_entry_final", "ledger_entry", ["UPDATE", "DELETE"], "", "the ledger is append-only")])
    ]
