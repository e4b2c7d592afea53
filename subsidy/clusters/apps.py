from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClustersConfig(AppConfig):
    name = "subsidy.clusters"
    label = "clusters"
    verbose_name = _("产业集群")
