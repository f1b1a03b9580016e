import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import portal.accounts.credit_code
import portal.accounts.models.evidence
import uuid
from django.conf import settings
from django.db import migrations, models
from portal.migrating import CreateModels


class Migration(migrations.Migration):

    replaces = [('accounts', '0001_initial'), ('accounts', '0002_member_roles'), ('accounts', '0003_registration_and_members'), ('accounts', '0004_invitations_of_experts'), ('accounts', '0005_passwords_used')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        CreateModels([
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=255)),
                ('content_type', models.CharField(max_length=100)),
                ('size', models.PositiveBigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('stored', models.FileField(max_length=200, upload_to=portal.accounts.models.evidence.stored_path)),
                ('uploaded_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='evidence_is_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=256, verbose_name='单位名称')),
                ('credit_code', models.CharField(max_length=18, unique=True, validators=[portal.accounts.credit_code.validate_credit_code], verbose_name='统一社会信用代码')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('name', models.CharField(max_length=64, verbose_name='姓名')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='邮箱地址')),
                ('phone', models.CharField(blank=True, max_length=32, verbose_name='联系电话')),
                ('role', models.CharField(choices=[('applicant', '申报单位'), ('expert', '专家'), ('secretariat', '秘书处'), ('decider', '审批人'), ('system_admin', '系统管理员'), ('security_admin', '安全管理员'), ('audit_admin', '审计管理员')], max_length=16, verbose_name='角色')),
                ('member_role', models.CharField(choices=[('owner', '负责人'), ('editor', '填报人'), ('viewer', '查看人')], default='editor', help_text='仅用于申报单位的账号。', max_length=8, verbose_name='成员角色')),
                ('language', models.CharField(blank=True, help_text='of mails; empty: Chinese', max_length=10)),
                ('left_at', models.DateTimeField(blank=True, help_text='left the organisation', null=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='accounts.organisation', verbose_name='所属单位')),
            ],
            options={
                'ordering': ['username'],
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['applicant', 'expert', 'secretariat', 'decider', 'system_admin', 'security_admin', 'audit_admin'])), name='user_role_is_known'), models.CheckConstraint(condition=models.Q(('member_role__in', ['owner', 'editor', 'viewer'])), name='member_role_is_known'), models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='one_user_of_a_mailbox'), models.CheckConstraint(condition=models.Q(('left_at__isnull', True), ('is_active', False), _connector='OR'), name='who_left_signs_in_no_more'), models.CheckConstraint(condition=models.Q(models.Q(('role', 'applicant'), _negated=True), ('organisation__isnull', False), _connector='OR'), name='applicant_has_organisation')],
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='HelpRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('outcome', models.CharField(blank=True, choices=[('', '待办理'), ('accepted', '已同意'), ('refused', '未同意'), ('withdrawn', '已撤回')], max_length=12)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.TextField(blank=True)),
                ('kind', models.CharField(choices=[('join', '申请加入'), ('owner_gone', '负责人变更')], max_length=12)),
                ('person_name', models.CharField(max_length=64, verbose_name='姓名')),
                ('email', models.EmailField(max_length=254, verbose_name='邮箱地址')),
                ('phone', models.CharField(blank=True, max_length=32, verbose_name='联系电话')),
                ('words', models.TextField(blank=True, verbose_name='说明')),
                ('language', models.CharField(max_length=10)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('letter', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.evidence')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='help_requests', to='accounts.organisation')),
            ],
            options={
                'ordering': ['created_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['', 'accepted', 'refused', 'withdrawn'])), name='help_request_outcome_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('outcome', '')), models.Q(models.Q(('outcome', ''), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='help_request_is_decided_at_a_moment'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'refused'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='help_request_refusal_has_its_reason'), models.CheckConstraint(condition=models.Q(('kind__in', ['join', 'owner_gone'])), name='help_request_kind_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'owner_gone'), _negated=True), ('letter__isnull', False), _connector='OR'), name='owner_gone_is_proved_by_a_letter'), models.UniqueConstraint(models.F('kind'), models.F('organisation'), django.db.models.functions.text.Lower('email'), condition=models.Q(('outcome', '')), name='one_open_help_request_of_a_person')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, verbose_name='姓名')),
                ('email', models.EmailField(max_length=254, verbose_name='邮箱地址')),
                ('member_role', models.CharField(choices=[('owner', '负责人'), ('editor', '填报人'), ('viewer', '查看人')], max_length=8, verbose_name='成员角色')),
                ('language', models.CharField(max_length=10)),
                ('created_at', models.DateTimeField()),
                ('sent', models.PositiveSmallIntegerField(default=1, help_text='which link is the valid one')),
                ('sent_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='accounts.organisation')),
            ],
            options={
                'ordering': ['created_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('member_role__in', ['owner', 'editor', 'viewer'])), name='invitation_role_is_known'), models.CheckConstraint(condition=models.Q(('accepted_at__isnull', True), ('revoked_at__isnull', True), _connector='OR'), name='invitation_is_accepted_or_revoked'), models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', True), ('accepted_by__isnull', True)), models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False)), _connector='OR'), name='accepted_invitation_has_its_member'), models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('email'), condition=models.Q(('accepted_at__isnull', True), ('revoked_at__isnull', True)), name='one_open_invitation_of_a_person'), models.UniqueConstraint(django.db.models.functions.text.Lower('email'), condition=models.Q(('accepted_at__isnull', True), ('organisation__isnull', True), ('revoked_at__isnull', True)), name='one_open_invitation_of_an_expert')],
            },
        ),
        migrations.CreateModel(
            name='NameChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('outcome', models.CharField(blank=True, choices=[('', '待办理'), ('accepted', '已同意'), ('refused', '未同意'), ('withdrawn', '已撤回')], max_length=12)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.TextField(blank=True)),
                ('old_name', models.CharField(max_length=256, verbose_name='原名称')),
                ('new_name', models.CharField(max_length=256, verbose_name='新名称')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('evidence', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.evidence')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='name_changes', to='accounts.organisation')),
            ],
            options={
                'ordering': ['created_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['', 'accepted', 'refused', 'withdrawn'])), name='name_change_outcome_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('outcome', '')), models.Q(models.Q(('outcome', ''), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='name_change_is_decided_at_a_moment'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'refused'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='name_change_refusal_has_its_reason'), models.UniqueConstraint(condition=models.Q(('outcome', '')), fields=('organisation',), name='one_open_name_change_of_an_organisation')],
            },
        ),
        migrations.CreateModel(
            name='PasswordUsed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128)),
                ('since', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passwords_used', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Registration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('outcome', models.CharField(blank=True, choices=[('', '待办理'), ('accepted', '已同意'), ('refused', '未同意'), ('withdrawn', '已撤回')], max_length=12)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.TextField(blank=True)),
                ('name', models.CharField(max_length=256, verbose_name='单位名称')),
                ('credit_code', models.CharField(max_length=18, validators=[portal.accounts.credit_code.validate_credit_code], verbose_name='统一社会信用代码')),
                ('person_name', models.CharField(max_length=64, verbose_name='姓名')),
                ('email', models.EmailField(max_length=254, verbose_name='邮箱地址')),
                ('phone', models.CharField(max_length=32, verbose_name='联系电话')),
                ('language', models.CharField(max_length=10)),
                ('commitment', models.TextField(help_text='as it was shown')),
                ('committed_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('licence', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.evidence')),
                ('organisation', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='registration', to='accounts.organisation')),
            ],
            options={
                'ordering': ['created_at', 'pk'],
                'indexes': [models.Index(fields=['credit_code'], name='registration_code')],
                'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['', 'accepted', 'refused', 'withdrawn'])), name='registration_outcome_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('outcome', '')), models.Q(models.Q(('outcome', ''), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='registration_is_decided_at_a_moment'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'refused'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='registration_refusal_has_its_reason'), models.CheckConstraint(condition=models.Q(('outcome', ''), ('confirmed_at__isnull', False), _connector='OR'), name='registration_is_confirmed_before_it_is_decided'), models.CheckConstraint(condition=models.Q(models.Q(('organisation__isnull', False), ('outcome', 'accepted')), models.Q(models.Q(('outcome', 'accepted'), _negated=True), ('organisation__isnull', True)), _connector='OR'), name='accepted_registration_has_its_organisation'), models.UniqueConstraint(models.F('credit_code'), django.db.models.functions.text.Lower('email'), condition=models.Q(('confirmed_at__isnull', False), ('outcome', '')), name='one_open_registration_of_a_person')],
            },
        ),
        ]),
    ]
