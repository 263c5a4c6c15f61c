"""The product's own settings; only the clock of beat is faster and Redis is shared under a name of our own."""

import os
from datetime import timedelta

from config.settings import *  # noqa: F403
from config.settings import CACHES, CELERY_BEAT_SCHEDULE, CELERY_BROKER_TRANSPORT_OPTIONS

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BEAT_SCHEDULE["sweep"]["schedule"] = timedelta(seconds=0.5)
CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = os.environ["REMIT_KILL_PREFIX"]
CACHES["default"]["KEY_PREFIX"] = os.environ["REMIT_KILL_PREFIX"]
