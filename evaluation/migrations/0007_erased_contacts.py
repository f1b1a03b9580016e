from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_erased_contacts'),
        ('evaluation', '0006_opinions_and_why_one_finding'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='objection',
            name='objection_is_not_anonymous',
        ),
        migrations.AddField(
            model_name='misusereport',
            name='contact_erased_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='objection',
            name='contact_erased_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('objector', ''), _negated=True), models.Q(('contact', ''), _negated=True)), models.Q(('closed_at__isnull', False), ('contact_erased_at__isnull', False)), _connector='OR'), name='objection_is_not_anonymous'),
        ),
    ]
