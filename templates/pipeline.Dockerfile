# One image for both ends of Dataflow: what builds and submits the job, and what works on it. So they cannot differ.
# It has Beam, FFmpeg (of its wheel), and fonts; nothing is installed when a worker starts. With another command it is
# the worker beside the API: `aiprod serve`.
#
# Tags can move. templates/cloudbuild.yaml finds out the digests and builds with those; by hand, give them yourself:
# --build-arg PYTHON_IMAGE=python@sha256:...
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
# The version of pipeline.lock: its launcher starts what is locked there. A test compares them.
ARG BEAM_IMAGE=apache/beam_python3.11_sdk:2.77.0
ARG LAUNCHER_IMAGE=gcr.io/dataflow-templates-base/python311-template-launcher-base:latest

FROM ${BEAM_IMAGE} AS beam
FROM ${LAUNCHER_IMAGE} AS launcher
FROM ${PYTHON_IMAGE}

WORKDIR /build
COPY templates/fonts.sh templates/build.lock templates/pipeline.lock templates/
# Latin, Greek, Cyrillic, Arabic, Hebrew, Indic and many more; Chinese, Japanese, Korean; emoji.
RUN sh templates/fonts.sh --must && rm -rf /var/lib/apt/lists/*
# Some packages come as source. What builds them is locked, too, rather than fetched as the newest.
RUN pip install --no-cache-dir --require-hashes -r templates/build.lock \
    && pip install --no-cache-dir --require-hashes --no-build-isolation -r templates/pipeline.lock
COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation . \
    && pip check \
    && useradd --create-home --uid 10001 aiprod

COPY --from=beam /opt/apache/beam /opt/apache/beam
COPY --from=launcher /opt/google/dataflow/python_template_launcher /opt/google/dataflow/python_template_launcher
COPY templates/main.py /template/main.py
WORKDIR /template
# Neither FLEX_TEMPLATE_PYTHON_REQUIREMENTS_FILE nor _SETUP_FILE: everything is here already.
# RUN_PYTHON_SDK_...: without it, each worker makes a virtual environment of its own first.
ENV FLEX_TEMPLATE_PYTHON_PY_FILE=/template/main.py \
    RUN_PYTHON_SDK_IN_DEFAULT_ENVIRONMENT=1 \
    AIPROD_LOG_FORMAT=json
# As root, which Dataflow needs: it mounts folders of the machine that belong to root, and Beam's launcher writes there.
# Everything of ours works as `aiprod`; other places than Dataflow should say so (--user aiprod).
ENTRYPOINT ["/opt/apache/beam/boot"]
