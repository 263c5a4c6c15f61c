"""The ledger keys of this package and the sentence that tells each."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "reviews.review.drafted": _("{actor} drafted {object}"),
    "reviews.review.edited": _("{actor} edited {object}"),
    "reviews.review.evidence_attached": _("{actor} attached evidence to {object}"),
    "reviews.review.evidence_waived": _("{actor} let {object} go without a kind of evidence"),
    "reviews.review.submitted": _("{actor} submitted {object}"),
    "reviews.review.voted": _("{actor} voted on {object}"),
    "reviews.review.changes_requested": _("changes were requested in {object}"),
    "reviews.review.approved": _("{object} was approved"),
    "reviews.review.rejected": _("{object} was rejected"),
    "reviews.review.expired": _("{object} expired"),
    "reviews.review.withdrawn": _("{actor} withdrew {object}"),
    "reviews.review.reseated": _("{actor} asked who decides {object} now"),
    "reviews.review.commented": _("{actor} commented on {object}"),
    "reviews.review.break_glass_asked": _("{actor} asked to release {object} before its decision"),
    "reviews.review.glass_broken": _("{actor} confirmed the release of {object} before its decision"),
    "reviews.review.released": _("{actor} released {object}"),
    "reviews.review.rolled_back": _("{actor} rolled back {object}"),
    "reviews.review.reviewed": _("{actor} closed {object} with its post-implementation review"),
}
