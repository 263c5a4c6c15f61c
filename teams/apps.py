from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TeamsConfig(AppConfig):
    name = "teams"
    verbose_name = _("People and teams")

    def ready(self) -> None:
        from teams.acts import SENTENCES

        from ledger.registry import register_acts

        register_acts(SENTENCES)
