# One image for web, worker, beat and migrate; docker-compose.yml says which is which.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
# An intranet's own index: docker build --build-arg PIP_INDEX_URL=...
ARG PIP_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN apt-get update \
    && apt-get install -y --no-install-recommends gettext libmagic1 \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.lock /
RUN python -m venv /venv \
    && /venv/bin/pip install --require-hashes --requirement /requirements.lock
COPY . /app
WORKDIR /app
RUN for catalogue in locale/*/LC_MESSAGES/*.po; do \
        msgfmt --check-format --output-file="${catalogue%.po}.mo" "$catalogue"; \
    done \
    && VAR_DIR=/tmp/var /venv/bin/python -m tools.production collectstatic --no-input \
    && /venv/bin/python -m compileall -q portal evaluation dataaccess

FROM ${BASE}
# libharfbuzz-subset0: without it PDFs are ten times slower, silently. fonts-noto-cjk: without a
# Chinese font PDFs are made with no Chinese glyphs, silently. poppler-utils draws the previews.
# postgresql-client has pg_dump and pg_restore, for backups.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        fonts-noto-cjk libharfbuzz-subset0 libmagic1 libpango-1.0-0 libpangoft2-1.0-0 \
        poppler-utils postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /var/lib/portal --create-home portal
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_ENV=production \
    READ_DOTENV=false \
    VAR_DIR=/var/lib/portal \
    WEB_BIND=0.0.0.0:8000
USER portal
VOLUME /var/lib/portal
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s \
    CMD ["python", "deploy/healthcheck.py", "web"]
CMD ["gunicorn", "-c", "deploy/gunicorn.conf.py", "portal.wsgi"]
