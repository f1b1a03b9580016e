from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('dataaccess', '0004_carry_windows_over'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='base',
            name='base_window_is_one_of_three',
        ),
        migrations.RemoveField(
            model_name='base',
            name='window',
        ),
    ]
