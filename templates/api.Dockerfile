# The API: accepts jobs and answers questions about them. It has neither Beam nor what makes films, so it is far smaller than
# the other image, and does no work itself: a Dataflow job does, or instances of the other image.
#
# Tags can move. templates/cloudbuild.yaml finds out the digest and builds with it.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
FROM ${PYTHON_IMAGE}

WORKDIR /build
COPY templates/build.lock templates/api.lock templates/
RUN pip install --no-cache-dir --require-hashes -r templates/build.lock \
    && pip install --no-cache-dir --require-hashes --no-build-isolation -r templates/api.lock
COPY . .
# `pip check` would miss Beam, on purpose; that all is there which is needed is seen by loading it.
RUN pip install --no-cache-dir --no-deps --no-build-isolation . \
    && python -c "import pipeline.serve" \
    && useradd --create-home --uid 10001 aiprod \
    && install --directory --owner aiprod --mode 700 /var/lib/aiprod

WORKDIR /home/aiprod
USER 10001
ENV ENVIRONMENT=production \
    AIPROD_DATA=/var/lib/aiprod \
    AIPROD_LOG_FORMAT=json
# Cloud Run says another one in PORT, which is heeded.
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT') or 8000}/health\", timeout=4)"]
CMD ["aiprod", "serve", "--no-worker", "--host", "0.0.0.0"]
