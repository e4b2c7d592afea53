from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, agencies, posts and competence."""

    name = "subsidy.accounts"
    label = "accounts"
    verbose_name = _("用户与机构")

    def ready(self) -> None:
        # Registers the check that every page says who may open it.
        from subsidy.accounts import access  # noqa: F401
