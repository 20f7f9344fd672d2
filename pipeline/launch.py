"""`make dataflow-*`: building the Flex Template, and starting, updating and draining its jobs.

What machines a job gets, and how it uses them, is not said here: pipeline/machines.py has that, for
every way to start one. Here is only what differs from project to project.
"""

import argparse
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.child_environment import child_environment
from jobs.errors import AiprodError, InvalidInput, ToolFailed, ToolMissing
from jobs.version import VERSION
from pipeline.machines import MACHINES
from pipeline.topics import Names

DONE, FAILED, BAD_INPUT = 0, 1, 2
BETWEEN = "~~"  # parameters, of which some have commas in them
# Its own settings, whose account it works as, and how it gets out of here.
GCLOUD = (
    *("CLOUDSDK_", "GOOGLE_APPLICATION_CREDENTIALS", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"),
)
ANSWER_LIMIT_S = 60.0  # for a list of jobs
EXAMPLES = {
    "PROJECT": "aiprod-484120",
    "REGION": "europe-west1",
    "BUCKET": "aiprod-v33-assets",
    "SUBNETWORK": "regions/europe-west1/subnetworks/default, with Private Google Access: workers "
    "have no address of their own on the internet",
}


@dataclass(frozen=True)
class Target:
    """Where a job runs and what it is given. Empty: the default, or left out.

    Attributes:
      project, region: Of Google Cloud.
      bucket: Name of the bucket of artefacts; templates and temporary files are in it, too.
      subnetwork: Of the workers and the launcher.
      release: Tag of images and template; by default, this version. Builds that differ, and whose
        version does not, need one each: a running job's workers take what its tag stands for.
      image: The pipeline's image; by default, of this release and project.
      account: Service account of the workers; by default, the one that Terraform makes.
      name: Of the job: a running job of the same name is not started a second time.
      request: What is run again, as JSON, for a batch.
      reprocessing: Id of a batch that is gone on with.
      settings: What `--settings` says.
      mapping: New names of steps by old ones, as JSON, for an update.
      flags: Further flags of gcloud, as on a command line.
    """

    project: str
    region: str
    bucket: str
    subnetwork: str = ""
    release: str = ""
    image: str = ""
    account: str = ""
    name: str = ""
    request: str = ""
    reprocessing: str = ""
    settings: str = ""
    mapping: str = ""
    flags: str = ""

    @property
    def is_batch(self) -> bool:
        """Whether it ends by itself."""
        return bool(self.request or self.reprocessing)

    @property
    def job_name(self) -> str:
        """The name that it is found by."""
        return self.name or ("aiprod-reprocessing" if self.is_batch else "aiprod-streaming")

    @property
    def tag(self) -> str:
        """What images and template are marked with."""
        return self.release or VERSION

    @property
    def template(self) -> str:
        """Where the description of this release's template is."""
        return self.inside(f"templates/aiprod-{self.tag}.json")

    @property
    def image_name(self) -> str:
        """The image of launcher and workers."""
        return (
            self.image or f"{self.region}-docker.pkg.dev/{self.project}/aiprod/pipeline:{self.tag}"
        )

    def inside(self, path: str) -> str:
        """The address of something in the bucket."""
        return f"gs://{self.bucket}/{path}"

    def needs(self, *variables: str) -> None:
        """Raises `InvalidInput` naming the first variable that is not set."""
        for variable in variables:
            if not getattr(self, variable.lower()):
                raise InvalidInput(f"{variable} is not set; give {variable}={EXAMPLES[variable]}")
        if self.bucket.startswith("gs://"):
            raise InvalidInput(f"BUCKET is {self.bucket}; give its name, without gs://")


def build(target: Target) -> list[str]:
    """The command that builds both images and the template."""
    target.needs("PROJECT", "REGION", "BUCKET")
    values = {"_REGION": target.region, "_BUCKET": target.bucket, "_VERSION": target.tag}
    return [
        "gcloud", "builds", "submit", ".", f"--project={target.project}",
        "--config=templates/cloudbuild.yaml",
        f"--gcs-source-staging-dir={target.inside('tmp/source')}",
        "--substitutions=" + ",".join(f"{name}={value}" for name, value in values.items()),
        *shlex.split(target.flags),
    ]  # fmt: skip


def run(target: Target) -> list[str]:
    """The command that starts a job."""
    target.needs("PROJECT", "REGION", "BUCKET", "SUBNETWORK")
    if target.request and target.reprocessing:
        raise InvalidInput("REQUEST and REPROCESSING are both set; give one of the two")
    account = target.account or f"aiprod-worker@{target.project}.iam.gserviceaccount.com"
    # The launcher is a machine as well, and knows nothing of what the pipeline says of others.
    private = [] if MACHINES["use_public_ips"] else ["--disable-public-ips"]
    return [
        "gcloud", "dataflow", "flex-template", "run", target.job_name,
        f"--project={target.project}", f"--region={target.region}",
        f"--template-file-gcs-location={target.template}",
        # Kept, since the job names it for machines to come; what is in tmp/ is deleted by its age.
        f"--staging-location={target.inside('dataflow/staging')}",
        f"--temp-location={target.inside('tmp')}",
        f"--service-account-email={account}", f"--subnetwork={target.subnetwork}", *private,
        f"--parameters=^{BETWEEN}^{BETWEEN.join(_parameters(target))}",
        *shlex.split(target.flags),
    ]  # fmt: skip


def update(target: Target) -> list[str]:
    """The command that puts this version in the place of a running streaming job."""
    if target.is_batch:
        raise InvalidInput("a batch cannot be updated; cancel it, and go on with REPROCESSING=<id>")
    command = [*run(target), "--update"]
    if target.mapping:
        command.append(f"--transform-name-mappings=^{BETWEEN}^{_pairs(target.mapping)}")
    return command


def drain(target: Target, job_id: str) -> list[str]:
    """The command that lets a streaming job finish what it has begun."""
    return [
        "gcloud", "dataflow", "jobs", "drain", job_id,
        f"--project={target.project}", f"--region={target.region}",
    ]  # fmt: skip


def find(target: Target) -> list[str]:
    """The command that tells the id of the running job of that name."""
    target.needs("PROJECT", "REGION")
    return [
        "gcloud", "dataflow", "jobs", "list", "--status=active",
        f"--project={target.project}", f"--region={target.region}",
        f"--filter=name={target.job_name}", "--format=value(id)",
    ]  # fmt: skip


def _parameters(target: Target) -> list[str]:
    names = Names(target.project)
    given = {
        "sdk_container_image": target.image_name,
        "store": f"gs://{target.bucket}",
        "database_url_secret": f"projects/{target.project}/secrets/aiprod-db-url",
    }
    if target.is_batch:
        given |= {"batch": "true", "request": target.request, "reprocessing": target.reprocessing}
    else:
        given |= {"subscription": names.jobs_pull, "dead_letter_topic": names.dead_letters}
    given["settings"] = target.settings
    for name, value in given.items():
        if BETWEEN in value:
            raise InvalidInput(f"{name} has {BETWEEN} in it, which keeps parameters apart")
    return [f"{name}={value}" for name, value in given.items() if value]


def _pairs(mapping: str) -> str:
    try:
        found = json.loads(mapping)
        return BETWEEN.join(f"{old}={new}" for old, new in found.items())
    except (ValueError, AttributeError) as error:
        raise InvalidInput(f'MAPPING is {mapping}; give {{"old step": "new step"}}') from error


def _found(target: Target) -> str:
    ran = subprocess.run(
        ["/usr/bin/env", *find(target)],
        env=child_environment(also=GCLOUD),
        check=False, capture_output=True, text=True, timeout=ANSWER_LIMIT_S,
    )  # fmt: skip
    if ran.returncode != 0:
        raise ToolFailed(f"gcloud cannot list the jobs: {ran.stderr.strip()}")
    ids = ran.stdout.split()
    if len(ids) != 1:
        raise InvalidInput(
            f"{len(ids)} jobs of the name {target.job_name} run in {target.region}; "
            "give NAME=<the job's name>"
        )
    return ids[0]


COMMANDS = {"template": build, "run": run, "update": update}


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line of `make dataflow-*`, which passes on what the environment says."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.launch", description=__doc__)
    parser.add_argument("action", choices=[*COMMANDS, "drain"])
    parser.add_argument("--dry_run", action="store_true", help="only tell the command")
    for name in Target.__dataclass_fields__:
        parser.add_argument(f"--{name}", default="", help=f"{name.upper()}")
    given = vars(parser.parse_args(arguments))
    action, is_dry = given.pop("action"), given.pop("dry_run")
    target = Target(**{name: value.strip() for name, value in given.items()})
    try:
        if not is_dry and not shutil.which("gcloud"):
            raise ToolMissing("gcloud is not here; install it, or look only, with DRY_RUN=1")
        if action == "drain":
            find(target)  # what is not set is said before anything is asked
            command = drain(target, "<job id>" if is_dry else _found(target))
        else:
            command = COMMANDS[action](target)
    except AiprodError as error:
        sys.stderr.write(f"dataflow-{action}: {error.message}\n")
        return BAD_INPUT
    sys.stdout.write(f"{shlex.join(command)}\n")
    sys.stdout.flush()
    if is_dry:
        return DONE
    # Builds take a quarter of an hour; whoever waits for them may press Ctrl-C.
    ran = subprocess.run(
        ["/usr/bin/env", *command], env=child_environment(also=GCLOUD), check=False
    )
    return DONE if ran.returncode == 0 else FAILED


if __name__ == "__main__":
    sys.exit(main())
