from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TeamsConfig(AppConfig):
    name = "teams"
    verbose_name = _("People and teams")

    def ready(self) -> None:
        from ledger.registry import register_acts
        from teams.acts import SENTENCES

        register_acts(SENTENCES)
