"""Forms in the look of the portal: `{{ form }}` and `{{ form.x.as_field_group }}` just work."""

from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    """Set as FORM_RENDERER; needs django.forms in INSTALLED_APPS."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
