import portal.contacts.fields
from portal.contacts.resealing import in_a_migration
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('dataaccess', '0002_events_by_month'),
    ]

    operations = [
        migrations.AlterField(
            model_name='baseinfo',
            name='values',
            field=portal.contacts.fields.SealedInJSON(sealed=['联系人姓名', '联系人联系电话', '联系人邮箱地址', '负责人姓名', '负责人联系电话', '负责人邮箱地址']),
        ),
        migrations.AlterField(
            model_name='earlierversion',
            name='values',
            field=portal.contacts.fields.SealedInJSON(rows={'kind': 'base_info'}, sealed=['联系人姓名', '联系人联系电话', '联系人邮箱地址', '负责人姓名', '负责人联系电话', '负责人邮箱地址']),
        ),
        in_a_migration('dataaccess'),
    ]
