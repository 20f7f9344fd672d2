"""The machines that Dataflow works on, unless somebody asks for others."""

from types import MappingProxyType

# The one place of these numbers. docs/dataflow.md tells operators why, a test compares the two.
MACHINES = MappingProxyType(
    {
        "machine_type": "n2-standard-4",  # as many cores as `--tasks_per_worker`, 4 GB for each
        "num_workers": 1,  # the backlog of a start is seen within minutes
        "max_num_workers": 5,  # with 4 tasks each 40 connections of the 100 that PostgreSQL has
        "autoscaling_algorithm": "THROUGHPUT_BASED",
        "disk_size_gb": 50,  # image 3 GB, an hour of video twice while it is joined 8 GB, downloads
        "use_public_ips": False,  # nothing on the internet has a reason to call a worker
    }
)
# A bundle that waits for a service holds a thread: enough of them that renders are not kept out.
HARNESS_THREADS = 64
# One process per machine: its pool, its voice and its limits are for all cores together.
ONE_PROCESS = "no_use_multiple_sdk_containers"
