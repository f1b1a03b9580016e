import django.core.validators
import portal.contacts.fields
from portal.contacts.resealing import in_a_migration
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('evaluation', '0003_stamp_from_text'),
    ]

    operations = [
        migrations.AlterField(
            model_name='declaration',
            name='tables',
            field=portal.contacts.fields.SealedInJSON(help_text='table key -> content', sealed=['contact', 'contact_name', 'email', 'head', 'phone']),
        ),
        migrations.AlterField(
            model_name='document',
            name='content',
            field=portal.contacts.fields.SealedInJSON(help_text='everything the template prints', sealed=['contact', 'cover', 'head']),
        ),
        migrations.AlterField(
            model_name='drafttable',
            name='content',
            field=portal.contacts.fields.SealedInJSON(default=dict, sealed=['contact', 'contact_name', 'email', 'head', 'phone']),
        ),
        migrations.AlterField(
            model_name='misusereport',
            name='contact',
            field=portal.contacts.fields.SealedText(blank=True, max_length=200, verbose_name='联系方式'),
        ),
        migrations.AlterField(
            model_name='misusereport',
            name='reporter',
            field=portal.contacts.fields.SealedText(blank=True, max_length=100, verbose_name='姓名或单位'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='contact',
            field=portal.contacts.fields.SealedText(max_length=200, verbose_name='联系方式'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='contact_person',
            field=portal.contacts.fields.SealedText(blank=True, max_length=64, verbose_name='联系人'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='email',
            field=portal.contacts.fields.SealedText(blank=True, max_length=254, validators=[django.core.validators.EmailValidator()], verbose_name='邮箱地址'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='identity',
            field=portal.contacts.fields.SealedText(blank=True, help_text='of the person or organisation', max_length=32, verbose_name='证件号码'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='objector',
            field=portal.contacts.fields.SealedText(max_length=200, verbose_name='异议人（实名或单位名称）'),
        ),
        migrations.AlterField(
            model_name='visitplan',
            name='contact_name',
            field=portal.contacts.fields.SealedText(max_length=50),
        ),
        migrations.AlterField(
            model_name='visitplan',
            name='contact_phone',
            field=portal.contacts.fields.SealedText(max_length=50),
        ),
        migrations.AlterField(
            model_name='enterpriseimport',
            name='rows',
            field=portal.contacts.fields.SealedInJSON(default=list, help_text='see evaluation.sheets.rows.ReadRow', sealed=['email', 'phone']),
        ),
        migrations.AlterField(
            model_name='expertimport',
            name='rows',
            field=portal.contacts.fields.SealedInJSON(default=list, help_text='see evaluation.sheets.rows.ReadRow', sealed=['email', 'phone']),
        ),
        in_a_migration('evaluation'),
    ]
