"""Settings of the tests: as in the product, on a data directory of their own, with a fast password hash.

DATABASE_URL and REDIS_URL choose PostgreSQL and Redis; without them the tests run on SQLite and without a broker.
"""

import atexit
import os
import shutil
import tempfile

os.environ["REMIT_DATA_DIR"] = tempfile.mkdtemp(prefix="remit-tests-")
os.environ.setdefault("SECRET_KEY", "only for tests")
os.environ["DEMO"] = "1"
# Playwright runs an event loop in the thread of the tests, in which Django would refuse the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
atexit.register(shutil.rmtree, os.environ["REMIT_DATA_DIR"], ignore_errors=True)

from config.settings import *  # noqa: E402, F403
from config.settings import CACHES, CELERY_BROKER_TRANSPORT_OPTIONS, DATA_DIR, DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_RATE_LIMITS = False  # tests sign in more often than a person may; those of the limits turn them on
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in the product: threads that race have connections and locks of their own.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}

if os.environ.get("REDIS_URL"):
    # Processes that test side by side share a Redis, and must not meet in it.
    CACHES["default"]["KEY_PREFIX"] = f"remit-tests-{os.getpid()}"
    CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = f"remit-tests-{os.getpid()}:"
else:
    CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    CELERY_BROKER_URL = "memory://"
