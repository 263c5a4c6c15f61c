from reviews.models.breaking import GlassBreak
from reviews.models.comment import Comment
from reviews.models.evidence import Evidence, EvidenceWaiver, Measurement
from reviews.models.expectation import Expectation
from reviews.models.pir import Lesson, PostImplementationReview
from reviews.models.place import Place, PlacePerson
from reviews.models.review import Contributor, Review
from reviews.models.round import ReviewLook, Round
from reviews.models.vote import Vote

__all__ = [
    "Comment",
    "Contributor",
    "Evidence",
    "EvidenceWaiver",
    "Expectation",
    "GlassBreak",
    "Lesson",
    "Measurement",
    "Place",
    "PlacePerson",
    "PostImplementationReview",
    "Review",
    "ReviewLook",
    "Round",
    "Vote",
]
