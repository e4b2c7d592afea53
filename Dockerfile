FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 \
    SUBSIDY_MODE=production SUBSIDY_VAR=/srv/var MEDIA_ROOT=/srv/media

RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home subsidy \
    && install -d -o subsidy -g subsidy /srv/var /srv/media

WORKDIR /srv/subsidy
COPY requirements-production.txt .
RUN pip install --require-hashes -r requirements-production.txt

COPY manage.py pyproject.toml ./
COPY policies policies
COPY workflow workflow
COPY subsidy subsidy
COPY templates templates
COPY static static
COPY fixtures fixtures
COPY locale locale

# Collecting files asks for no secret; production settings ask for all, so they get random ones that stay in this step.
RUN random() { python -c "import secrets; print(secrets.token_hex(32))"; } \
    && env SUBSIDY_VAR=/srv/subsidy/var ALLOWED_HOSTS=build.invalid PUBLIC_ADDRESS=https://build.invalid \
       SECRET_KEY="$(random)" FIELD_DIGEST_KEY="$(random)" \
       FIELD_KEYS="build:$(random)" DATABASE_URL="postgresql://subsidy_app:$(random)@localhost/subsidy" \
       REDIS_URL="redis://:$(random)@localhost/0" python manage.py collectstatic --noinput

ENV STATIC_ROOT=/srv/subsidy/var/static
USER subsidy
EXPOSE 8000
CMD ["gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--bind", "0.0.0.0:8000", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--max-requests", "5000", "--max-requests-jitter", "500", "subsidy.wsgi"]
