from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CharterConfig(AppConfig):
    name = "charter"
    verbose_name = _("Charters")

    def ready(self) -> None:
        from ledger.registry import register_acts

        from charter.acts import SENTENCES

        register_acts(SENTENCES)
