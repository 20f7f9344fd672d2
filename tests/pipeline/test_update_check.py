"""What would keep a running job from being updated, and how that is said."""

import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.coders import BytesCoder, VarIntCoder
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.pvalue import AsList
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.transforms.userstate import BagStateSpec, CombiningValueStateSpec

from jobs.errors import InvalidInput
from pipeline.graph_shape import Shape, Step, from_json, shape_of, streaming_shape, to_json
from pipeline.update_check import main, newest_tag, obstacles

GOLDEN = Path(__file__).parent / "graph.golden.json"
WAIT = Step("pardo:v1", ("bytes:v1",), {"parts": "bag<bytes:v1>", "seen": "bag<varint:v1>"})
BEFORE: Shape = {
    "Read": Step("pubsub_read:v1", ("bytes:v1",)),
    "Make/Do": Step("pardo:v1", ("bytes:v1",)),
    "Spread/GroupByKey": Step("group_by_key:v1", ("kv:v1<varint:v1,iterable:v1<bytes:v1>>",)),
    "Gather/Wait": WAIT,
}


def renamed(old: str, new: str) -> Shape:
    return {new if name == old else name: step for name, step in BEFORE.items()}


def changed(name: str, step: Step) -> Shape:
    return {**BEFORE, name: step}


def test_the_graph_is_the_agreed_one() -> None:
    # A change that is meant: make graph; then drain and start anew, or see `make update-check`.
    assert streaming_shape() == from_json(GOLDEN.read_text(encoding="utf-8"))


def test_a_shape_survives_its_file() -> None:
    assert from_json(to_json(BEFORE)) == BEFORE


@pytest.mark.parametrize(
    ("after", "mapping"),
    [
        pytest.param(BEFORE, {}, id="nothing changed"),
        pytest.param(changed("New", Step("pardo:v1", ("bytes:v1",))), {}, id="a step was added"),
        pytest.param(
            renamed("Gather/Wait", "Collect/Wait"),
            {"Gather/Wait": "Collect/Wait"},
            id="a new name, and the mapping says so",
        ),
    ],
)
def test_these_changes_let_a_job_be_updated(after: Shape, mapping: Mapping[str, str]) -> None:
    assert list(obstacles(BEFORE, after, mapping)) == []


@pytest.mark.parametrize(
    ("after", "mapping", "sentence"),
    [
        pytest.param(
            renamed("Gather/Wait", "Collect/Wait"),
            {},
            "step Gather/Wait has gone, and Collect/Wait is like it; if that is its new name, pass "
            '--transform_name_mapping=\'{"Gather/Wait": "Collect/Wait"}\'',
            id="a new name without a mapping",
        ),
        pytest.param(
            {name: step for name, step in BEFORE.items() if name != "Gather/Wait"},
            {},
            "step Gather/Wait has gone, with what waits in it and what it keeps; drain the job and "
            'start anew, or pass --transform_name_mapping=\'{"Gather/Wait": "<its new name>"}\'',
            id="a step that is no more",
        ),
        pytest.param(
            changed("Make/Do", Step("pardo:v1", ("kv:v1<bytes:v1,bytes:v1>",))),
            {},
            "step Make/Do gave bytes:v1 and gives kv:v1<bytes:v1,bytes:v1>: what is under way "
            "could not be read; drain the job and start anew",
            id="another coder",
        ),
        pytest.param(
            changed("Gather/Wait", replace(WAIT, keeps={**WAIT.keeps, "seen": "bag<bytes:v1>"})),
            {},
            "step Gather/Wait kept 'seen' as bag<varint:v1> and keeps it as bag<bytes:v1>; "
            "drain the job and start anew",
            id="state in another form",
        ),
        pytest.param(
            changed("Gather/Wait", replace(WAIT, keeps={"seen": "bag<varint:v1>"})),
            {},
            "step Gather/Wait no longer keeps 'parts' (bag<bytes:v1>), which is lost; "
            "drain the job and start anew",
            id="state that is no more",
        ),
        pytest.param(
            changed("Make/Do", Step("pardo:v1", ("bytes:v1",), looks_up=("prices",))),
            {},
            "step Make/Do looked up nothing and looks up prices; "
            "side inputs cannot change in an update; drain the job and start anew",
            id="a side input that was added",
        ),
        pytest.param(
            changed("Make/Do", Step("flatten:v1", ("bytes:v1",))),
            {},
            "step Make/Do was pardo:v1 and is flatten:v1; drain the job and start anew",
            id="another kind of step",
        ),
        pytest.param(
            BEFORE,
            {"Gahter/Wait": "Gather/Wait"},
            "the mapping names Gahter/Wait, which the running job does not have",
            id="a mapping with a slip of the pen",
        ),
    ],
)
def test_what_would_break_an_update_is_named_with_what_to_do(
    after: Shape, mapping: Mapping[str, str], sentence: str
) -> None:
    assert list(obstacles(BEFORE, after, mapping)) == [sentence]


def _price(element: tuple[str, bytes], prices: list[int]) -> int:
    return prices[0]


class _Keeping(beam.DoFn):
    PARTS = BagStateSpec("parts", BytesCoder())
    COUNT = CombiningValueStateSpec("count", VarIntCoder(), sum)

    def process(
        self,
        element: tuple[str, bytes],
        parts: object = beam.DoFn.StateParam(PARTS),
        count: object = beam.DoFn.StateParam(COUNT),
    ) -> None:
        """Never runs."""


def test_state_and_side_inputs_of_a_step_are_read_from_beams_graph() -> None:
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions(flags=[]))
    prices = pipeline | "Prices" >> beam.Create([1])
    pairs = pipeline | "Pairs" >> beam.Create([("run", b"part")]).with_output_types(
        tuple[str, bytes]
    )
    _ = pairs | "Keep" >> beam.ParDo(_Keeping())
    _ = pairs | "Price" >> beam.Map(_price, AsList(prices))

    steps = shape_of(pipeline.to_runner_api())

    assert steps["Keep"].keeps == {"count": "combining<varint:v1>", "parts": "bag<bytes:v1>"}
    assert steps["Price"].looks_up == ("python_side_input0",)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--mapping=old=new"], "MAPPING is old=new; give", id="no JSON"),
        pytest.param(["--since=no-such-tag"], "SINCE is no-such-tag; git knows no", id="no commit"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith(f"update-check: {said}")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """With a commit, and the tag v0.1.0."""
    who = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    for step in (
        ["init", "--quiet"],
        [*who, "commit", "--quiet", "--allow-empty", "--message=Begin"],
        [*who, "tag", "--annotate", "--message=First", "v0.1.0"],
        [*who, "commit", "--quiet", "--allow-empty", "--message=Go on"],
    ):
        subprocess.run(["/usr/bin/env", "git", *step], cwd=tmp_path, check=True)
    return tmp_path


def test_without_since_the_newest_tag_is_taken(repository: Path) -> None:
    assert newest_tag(repository) == "v0.1.0"


def test_without_since_and_tags_it_is_said_what_to_give(repository: Path) -> None:
    subprocess.run(
        ["/usr/bin/env", "git", "tag", "--delete", "v0.1.0"],
        cwd=repository, check=True, capture_output=True,
    )  # fmt: skip

    with pytest.raises(InvalidInput, match=r"SINCE is not set.+such as SINCE=HEAD~1"):
        newest_tag(repository)
