"""What expressions of the Terraform files come to, as far as that can be said without Google."""

import re
from typing import Any

from tests.deployments.configuration import Configuration

EDGE = "EDGE_ADDRESS"  # which Google chooses; cloud-run.yaml calls it so


def value_of(configuration: Configuration, given: Any) -> Any:
    """A value with the defaults of variables and the names of resources put in.

    Raises:
      KeyError: It has an expression of another kind.
    """
    if not isinstance(given, str):
        return given
    whole = re.fullmatch(r"\$\{([^{}]+)\}", given)
    if whole:
        return _found(configuration, whole[1])
    return re.sub(r"\$\{([^{}]+)\}", lambda part: str(_found(configuration, part[1])), given)


def _found(configuration: Configuration, expression: str) -> Any:
    if inner := re.fullmatch(r"tostring\((.+)\)", expression):
        return str(_found(configuration, inner[1]))
    head, _, name = expression.partition(".")
    if head == "var":
        return {"release": "RELEASE"}.get(name) or configuration.variables[name]["default"]
    if head == "local":
        return value_of(configuration, configuration.locals[name])
    type_name, name, attribute = expression.split(".")
    body = configuration.resources[type_name, name]
    project = configuration.variables["project"]["default"]
    region = configuration.variables["region"]["default"]

    def own(argument: str) -> Any:
        return value_of(configuration, body[argument])

    made = {
        ("google_service_account", "email"): lambda: (
            f"{own('account_id')}@{project}.iam.gserviceaccount.com"
        ),
        ("google_sql_database_instance", "connection_name"): lambda: (
            f"{project}:{region}:{own('name')}"
        ),
        ("google_compute_global_address", "address"): lambda: EDGE,
        ("google_pubsub_topic", "id"): lambda: f"projects/{project}/topics/{own('name')}",
        ("google_pubsub_subscription", "id"): lambda: (
            f"projects/{project}/subscriptions/{own('name')}"
        ),
        ("google_compute_network", "id"): lambda: own("name"),
        ("google_compute_subnetwork", "id"): lambda: own("name"),
    }.get((type_name, attribute))
    return made() if made else own(attribute)
