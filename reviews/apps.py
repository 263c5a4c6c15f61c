from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("Reviews")

    def ready(self) -> None:
        from ledger.registry import Reserved, register_acts, reserve
        from reviews.acts import SENTENCES
        from reviews.expiring import expire_by_occasion
        from reviews.occasions import register_kinds
        from reviews.queries import visible_to

        register_acts(SENTENCES)
        reserve("reviews.review", Reserved(visible_to, otherwise=_("a review that is still a draft")))
        register_kinds(expire=expire_by_occasion)
