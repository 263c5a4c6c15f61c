from reviews.models.evidence import Evidence
from reviews.models.expectation import Expectation
from reviews.models.pir import PostImplementationReview
from reviews.models.place import Place, PlacePerson
from reviews.models.review import Contributor, Review
from reviews.models.vote import Vote

__all__ = [
    "Contributor",
    "Evidence",
    "Expectation",
    "Place",
    "PlacePerson",
    "PostImplementationReview",
    "Review",
    "Vote",
]
