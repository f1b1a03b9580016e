from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evaluation', '0008_notice_of_revocation'),
    ]

    operations = [
        migrations.AlterField(
            model_name='siterecord',
            name='observed',
            field=models.JSONField(help_text='in the form of the score contract; null: could not be verified', null=True),
        ),
        migrations.AddConstraint(
            model_name='siterecord',
            constraint=models.CheckConstraint(condition=models.Q(('observed__isnull', False), models.Q(('reason', ''), _negated=True), _connector='OR'), name='unverified_has_a_reason'),
        ),
        migrations.AddField(
            model_name='siteentry',
            name='beside',
            field=models.JSONField(help_text='the finding it was chosen against, as it stood: as `finding`, with by and at', null=True),
        ),
    ]
