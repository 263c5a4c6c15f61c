from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemindersConfig(AppConfig):
    name = "reminders"
    verbose_name = _("Reminders")

    def ready(self) -> None:
        from config.health import register_check
        from ledger.registry import register_acts
        from reminders.action_items.acts import register_kinds
        from reminders.acts import SENTENCES
        from reminders.auditing import check_reminders
        from reminders.disabling import GONE
        from reminders.kinds import register_kind
        from reminders.telling import TRIAL

        register_acts(SENTENCES)
        register_kinds()
        register_check("auditor", check_reminders)
        for kind in (GONE, TRIAL):
            register_kind(kind)
