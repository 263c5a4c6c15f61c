from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("Reviews")

    def ready(self) -> None:
        from ledger.registry import register_acts
        from reviews.acts import SENTENCES
        from reviews.occasions import register_kinds

        register_acts(SENTENCES)
        register_kinds()
