from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class MessagesConfig(AppConfig):
    name = "subsidy.messages"
    label = "inbox"
    verbose_name = _("消息")

    def ready(self) -> None:
        autodiscover_modules("texts")
        # What happens to an account is told through the inbox too.
        from subsidy.accounts.tell import tellers
        from subsidy.messages.notify import notify

        if notify not in tellers:
            tellers.append(notify)
