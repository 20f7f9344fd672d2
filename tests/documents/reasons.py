"""Which of the documented commands are not run by the test of documents, and why."""

# By the words that a command begins with; the longest that fits counts. A file in brackets, where
# there is one, is what runs the same, or the part of it that can be run here.
NOT_RUN = {
    "gcloud": "asks Google Cloud; its grammar is checked [tests/documents/test_grammar.py]",
    "terraform": "changes Google Cloud; its grammar is checked [tests/documents/test_grammar.py]",
    "pg_dump": "run on PostgreSQL, with the two that follow it [tests/storage/test_backup.py]",
    "createdb": "run on PostgreSQL [tests/storage/test_backup.py]",
    "pg_restore": "run on PostgreSQL [tests/storage/test_backup.py]",
    "promtool": "run where there is a promtool [tests/deployments/test_alerts.py]",
    "make setup": "two minutes of installing; whoever runs the tests has done it",
    "make run": "renders the examples in full: minutes; they are read [tests/test_documents.py]",
    "make serve": "is `aiprod serve`, which all of this talks to [tests/documents/sandbox.py]",
    "make stream": "needs the emulator and Java [tests/pipeline/test_emulator.py]",
    "make test": "is what runs this",
    "make lint test": "the two",
    "make live": "pays services",
    "make lint": "a minute; runs beside `make test` [.ci/run]",
    "make chaos": "hours",
    "make bench": "an hour",
    "make bench-hour": "many minutes; where its marks belong is checked [tests/bench/test_hour.py]",
    "make policy": "installs checkov; its exceptions are read [tests/deployments/test_policy.py]",
    "make audit": "asks a database of weaknesses [tests/supply/audit.py]",
    "make sbom": "installs what writes it [tests/supply/sbom.py]",
    "make lock": "asks the index of packages",
    "make try-images": "minutes, as root [templates/try_install.py]",
    "make matrix": "writes two pages in a minute [tests/pipeline/test_field_matrix.py]",
    "make graph": "writes a file that is compared [tests/pipeline/test_graph.py]",
    "make template-metadata": "writes a file that is compared [tests/templates]",
    "make dashboards": "writes files that are compared [tests/deployments/test_dashboards.py]",
    "make monitoring": "needs a Prometheus [deployments/monitoring/prometheus.yaml]",
    "make monitoring-check": "needs a Prometheus [tests/deployments/ask_prometheus.py]",
    "make update-check": "is the first half of `make dataflow-update`, which is run",
    "python -m pytest": "is what runs this",
    "python -m bench": "minutes",
    "python -m pipeline --runner=DataflowRunner":
        "sent to stand-ins of Google's [tests/pipeline/test_dataflow_job.py]",
    "python -m pipeline --batch":
        "four processes that load Beam [tests/pipeline/test_reprocess_processes.py]",
    "python -m pipeline.stream": "needs the emulator and Java [tests/pipeline/test_emulator.py]",
}  # fmt: skip


def reason(line: str) -> str | None:
    """Why a command line is not run; None of one that is."""
    fitting = [one for one in NOT_RUN if f"{line} ".startswith((f"{one} ", f"{one}."))]
    return NOT_RUN[max(fitting, key=len)] if fitting else None
