"""Notices of one call are told apart by their number among them."""

from django.db import migrations, models

FORMER = """
UPDATE notices_notice n SET batch = numbered.place
FROM (SELECT id, row_number() OVER (PARTITION BY call_id ORDER BY id) AS place FROM notices_notice) numbered
WHERE numbered.id = n.id;
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="batch",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="the n-th notice of its call", verbose_name="批次"
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(FORMER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(fields=("call", "batch"), name="a_notice_has_its_number_in_its_call"),
        ),
    ]
