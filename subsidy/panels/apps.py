from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PanelsConfig(AppConfig):
    name = "subsidy.panels"
    label = "panels"
    verbose_name = _("专家评审")
