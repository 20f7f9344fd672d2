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
        "jobs",
        "media",
        "pipeline",
        "providers",
        "providers.artist",
        "providers.composer",
        "providers.foley",
        "storage",
        "transforms",
    ],
    install_requires=[
        "apache-beam[gcp]>=2.77,<2.78",  # the graph and the Dataflow runner
        "fastapi>=0.115",
        "ffmpeg-python>=0.2,<0.3",  # builds filter graphs; never runs them
        "google-cloud-pubsub>=2.26",
        "google-cloud-storage>=2.18",
        "httpx>=0.28,<0.29",
        "uvicorn>=0.30",
        "espeakng-loader>=0.2.4,<0.3",  # espeak-ng library and voices; used in a process of its own
        "font-roboto>=0.0.1",  # the last resort: Latin is drawn where no font is installed
        "imageio-ffmpeg>=0.6",  # the FFmpeg binary: laptop, CI and worker image use the same
        "numpy>=1.26,<2.5",
        "opencv-python-headless>=4.10",  # sub-pixel motion, faster than Pillow
        "pillow>=11",
        "pydantic>=2.9,<3",
        "rich>=13.9",
        "scipy>=1.14",  # IIR filters of the synthesizers and of BS.1770
        "sqlalchemy>=2.0.30,<2.2",
        "typer>=0.15",
    ],
    extras_require={
        "dev": [
            "hypothesis>=6.100",
            "import-linter>=2.1",
            "mypy>=1.13",
            "psutil>=6",
            "pytest>=8.3",
            "pytest-xdist>=3.6",
            "ruff>=0.8",
        ],
    },
    entry_points={"console_scripts": ["aiprod=pipeline.cli:main"]},
)
