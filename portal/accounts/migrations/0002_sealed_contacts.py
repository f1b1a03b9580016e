import django.core.validators
import django.db.models.deletion
import portal.contacts.fields
from portal.contacts.resealing import in_a_migration
from django.conf import settings
from django.db import migrations, models


def accounts_of_invitations(apps, schema_editor):
    """An expert's invitation was tied to the account by the address alone."""
    invitations, users = (apps.get_model("accounts", name).objects for name in ("Invitation", "User"))
    for invitation in invitations.filter(organisation=None):
        holder = users.filter(email__iexact=invitation.email, role="expert").first()
        invitation.account_id = invitation.accepted_by_id or (holder and holder.pk)
        invitation.save(update_fields=["account"])


def settle(apps, schema_editor):
    """PostgreSQL alters no table whose rows still wait for the check of their references."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_tables'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='helprequest',
            name='one_open_help_request_of_a_person',
        ),
        migrations.RemoveConstraint(
            model_name='invitation',
            name='one_open_invitation_of_a_person',
        ),
        migrations.RemoveConstraint(
            model_name='invitation',
            name='one_open_invitation_of_an_expert',
        ),
        migrations.RemoveConstraint(
            model_name='registration',
            name='one_open_registration_of_a_person',
        ),
        migrations.AddField(
            model_name='helprequest',
            name='email_blind',
            field=portal.contacts.fields.BlindIndex(blank=True, default='', editable=False, max_length=64, of='email'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='account',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='email_blind',
            field=portal.contacts.fields.BlindIndex(blank=True, default='', editable=False, max_length=64, of='email'),
        ),
        migrations.AddField(
            model_name='registration',
            name='email_blind',
            field=portal.contacts.fields.BlindIndex(blank=True, default='', editable=False, max_length=64, of='email'),
        ),
        migrations.AlterField(
            model_name='helprequest',
            name='email',
            field=portal.contacts.fields.SealedText(max_length=254, validators=[django.core.validators.EmailValidator()], verbose_name='邮箱地址'),
        ),
        migrations.AlterField(
            model_name='helprequest',
            name='phone',
            field=portal.contacts.fields.SealedText(blank=True, max_length=32, verbose_name='联系电话'),
        ),
        migrations.AlterField(
            model_name='invitation',
            name='email',
            field=portal.contacts.fields.SealedText(max_length=254, validators=[django.core.validators.EmailValidator()], verbose_name='邮箱地址'),
        ),
        migrations.AlterField(
            model_name='registration',
            name='email',
            field=portal.contacts.fields.SealedText(max_length=254, validators=[django.core.validators.EmailValidator()], verbose_name='邮箱地址'),
        ),
        migrations.AlterField(
            model_name='registration',
            name='phone',
            field=portal.contacts.fields.SealedText(max_length=32, verbose_name='联系电话'),
        ),
        migrations.AlterField(
            model_name='user',
            name='phone',
            field=portal.contacts.fields.SealedText(blank=True, max_length=32, verbose_name='联系电话'),
        ),
        migrations.RunPython(accounts_of_invitations, migrations.RunPython.noop),
        in_a_migration('accounts'),
        migrations.RunPython(settle, settle),
        migrations.AddConstraint(
            model_name='helprequest',
            constraint=models.UniqueConstraint(condition=models.Q(('outcome', '')), fields=('kind', 'organisation', 'email_blind'), name='one_open_help_request_of_a_person'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(condition=models.Q(('accepted_at__isnull', True), ('revoked_at__isnull', True)), fields=('organisation', 'email_blind'), name='one_open_invitation_of_a_person'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(condition=models.Q(('accepted_at__isnull', True), ('revoked_at__isnull', True)), fields=('account',), name='one_open_invitation_of_an_expert'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('organisation__isnull', True), ('account__isnull', True), _connector='OR'), name='invitation_to_an_organisation_or_of_an_expert'),
        ),
        migrations.AddConstraint(
            model_name='registration',
            constraint=models.UniqueConstraint(condition=models.Q(('confirmed_at__isnull', False), ('outcome', '')), fields=('credit_code', 'email_blind'), name='one_open_registration_of_a_person'),
        ),
    ]
