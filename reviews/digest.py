"""The identity of what is voted on: the SHA-256 of a review's content, expectations, evidence and round."""

import hashlib
from typing import Any

import rfc8785

from reviews.models import Review


def content_of(review: Review) -> dict[str, Any]:
    """Everything that a vote is bound to, as plain values."""
    return {
        "model": review.model.key,
        "version": review.version,
        "kind": review.kind,
        "title": review.title,
        "what": review.what,
        "why": review.why,
        "rollout": review.rollout,
        "rollback_plan": review.rollback_plan,
        "links": list(review.links),
        "expectations": [
            {
                "metric": expectation.metric,
                "direction": expectation.direction,
                "expected": expectation.expected,
                "low": expectation.low,
                "high": expectation.high,
                "by": expectation.by.isoformat() if expectation.by else None,
            }
            for expectation in review.expectations.all()
        ],
        "evidence": [
            {
                "kind": piece.kind,
                "summary": piece.summary,
                "link": piece.link,
                "sha256": piece.sha256,
                "media_type": piece.media_type,
                "size": piece.size,
                "commit": piece.commit,
                "measurements": [
                    {"metric": one.metric, "value": one.value, "slice": one.slice, "dataset": one.dataset}
                    for one in piece.measurements.all()
                ],
            }
            for piece in review.evidence.all()
        ],
        "round": review.round,
    }


def digest_of(review: Review) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of the content."""
    return "sha256:" + hashlib.sha256(rfc8785.dumps(content_of(review))).hexdigest()
