"""What the web server calls."""

import os

from django.core.wsgi import get_wsgi_application

from subsidy.safety import refuse_demo_people

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "subsidy.settings")

application = get_wsgi_application()
refuse_demo_people()
