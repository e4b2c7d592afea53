"""The platform: a Django project with an app for each noun of the domain."""

from .celery import app as celery_app

__all__ = ["celery_app"]
