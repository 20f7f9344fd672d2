"""The variables of docs/dataflow.md, beside what Terraform makes."""

import re
from pathlib import Path

from pipeline.launch import Target
from tests.deployments.configuration import Configuration, text_of

PAGE = (Path(__file__).parents[2] / "docs" / "dataflow.md").read_text(encoding="utf-8")


def test_variables_for_make_are_names_of_terraform(configuration: Configuration) -> None:
    given = dict(
        re.findall(r"\b([A-Z]+)=(\S+)", PAGE.partition("```bash\n")[2].partition("```")[0])
    )
    subnetwork = configuration.resources["google_compute_subnetwork", "private"]
    worker = configuration.resources["google_service_account", "worker"]
    variables = configuration.variables
    stream = configuration.resources["google_dataflow_flex_template_job", "stream"]

    name = text_of(subnetwork["name"]).replace("${var.region}", "$REGION")
    assert given["SUBNETWORK"] == f"regions/$REGION/subnetworks/{name}"
    assert given["ACCOUNT"] == f"{worker['account_id']}@$PROJECT.iam.gserviceaccount.com"
    assert given["BUCKET"] == configuration.locals["bucket"]
    assert given["PROJECT"] == variables["project"]["default"]
    assert given["REGION"] == variables["region"]["default"]
    # By which `make dataflow-drain` finds the job of Terraform.
    assert stream["name"] == Target("p", "r", "b").job_name
    assert (stream["on_delete"], variables["shape"]["default"]) == ("drain", "cloud-run")
