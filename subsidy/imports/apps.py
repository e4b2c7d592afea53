from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "subsidy.imports"
    label = "imports"
    verbose_name = _("导入")

    def ready(self) -> None:
        autodiscover_modules("imports")
