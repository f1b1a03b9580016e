import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from portal.migrating import CreateModels


class Migration(migrations.Migration):

    replaces = [('notifications', '0001_initial')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        CreateModels([
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=32)),
                ('key', models.CharField(help_text='the same thing, told once', max_length=200, unique=True)),
                ('case', models.CharField(blank=True, max_length=32)),
                ('subject_zh', models.CharField(max_length=300)),
                ('subject_en', models.CharField(max_length=300)),
                ('body_zh', models.TextField()),
                ('body_en', models.TextField()),
                ('path', models.CharField(blank=True, help_text="of the portal's own page", max_length=300)),
                ('created_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['user', '-id'], name='notifications_of_a_person'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user'], name='unread_notifications')],
            },
        ),
        migrations.CreateModel(
            name='SwitchedOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=32)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mails_switched_off', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'kind'), name='switched_off_once')],
            },
        ),
        migrations.CreateModel(
            name='Wording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=32)),
                ('language', models.CharField(choices=[('zh-hans', 'zh'), ('en', 'en')], max_length=10)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField(max_length=5000)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'language'), name='one_wording_a_language'), models.CheckConstraint(condition=models.Q(('language__in', ['zh-hans', 'en'])), name='wording_language_is_known')],
            },
        ),
        ]),
    ]
