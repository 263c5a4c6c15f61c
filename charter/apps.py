from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CharterConfig(AppConfig):
    name = "charter"
    verbose_name = _("Charters")

    def ready(self) -> None:
        from charter.acts import SENTENCES
        from charter.covering import deputies_for
        from charter.departures import end_of_signing, seats_changed
        from charter.occasions import register_kinds
        from charter.realignment import end_interim
        from ledger.registry import register_acts
        from reminders.covering import register_cover
        from teams.departures import register_seat_change

        register_acts(SENTENCES)
        register_kinds(end_interim=end_interim, end_of_signing=end_of_signing)
        register_seat_change(seats_changed)
        register_cover(deputies_for)
