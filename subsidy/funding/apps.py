from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FundingConfig(AppConfig):
    name = "subsidy.funding"
    label = "funding"
    verbose_name = _("资金分配与拨付")

    def ready(self) -> None:
        from subsidy.cases import facts as cases_facts
        from subsidy.funding.facts import earlier_awards

        if earlier_awards not in cases_facts.facts_sources:
            cases_facts.facts_sources.append(earlier_awards)
