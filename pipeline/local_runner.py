"""The runner of bounded pipelines on this machine.

It is named on purpose: "DirectRunner" picks one by what it can download.
"""

from typing import TypeVar

from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability.api import beam_provision_api_pb2
from apache_beam.runners.job.utils import dict_to_struct
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.portability.fn_api_runner.fn_runner import ExtendedProvisionInfo

_Options = TypeVar("_Options", bound=PipelineOptions)

# Beam's program for worker processes, by the name of its logger there. When it starts it warns that
# nobody has pickled the main session, which nothing here needs.
_PROGRAM = "__main__"
_TOLD = {"sdk_harness_log_level_overrides": {_PROGRAM: "ERROR"}}


def local_runner() -> FnApiRunner:
    """A runner whose worker processes, if it is told to have some, are silent when all is well.

    They are not given the options of the pipeline, only those that the runner provides.
    """
    provided = beam_provision_api_pb2.ProvisionInfo(pipeline_options=dict_to_struct(_TOLD))
    return FnApiRunner(provision_info=ExtendedProvisionInfo(provided))


class LocalOptions(PipelineOptions):
    """Options of a pipeline in this process; each view of them is made once.

    Beam makes one for every transform and type that it checks, some four hundred for the graph,
    and parses all flags anew each time.
    """

    def view_as(self, cls: type[_Options]) -> _Options:
        """As Beam's."""
        views = self.__dict__.setdefault("_views", {})  # attributes are options, by their setter
        if cls not in views:
            views[cls] = super().view_as(cls)
        found: _Options = views[cls]
        return found
