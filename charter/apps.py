from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CharterConfig(AppConfig):
    name = "charter"
    verbose_name = _("Charters")

    def ready(self) -> None:
        from charter.acts import SENTENCES
        from charter.covering import deputies_for
        from charter.occasions import register_kinds
        from ledger.registry import register_acts
        from reminders.covering import register_cover

        register_acts(SENTENCES)
        register_kinds()
        register_cover(deputies_for)
