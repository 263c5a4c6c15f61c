from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemindersConfig(AppConfig):
    name = "reminders"
    verbose_name = _("Reminders")

    def ready(self) -> None:
        from ledger.registry import register_acts

        from reminders.acts import SENTENCES

        register_acts(SENTENCES)
