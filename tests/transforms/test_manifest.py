from jobs.elements import Left, Part, PartStatus, Run
from jobs.errors import ErrorCode
from jobs.stages import Stage
from jobs.wire import plain
from storage.artefacts import Origin, Record
from transforms.manifest import part_entry


def test_what_a_part_cost_is_told_to_a_millionth_of_a_dollar() -> None:
    part = Part(
        Run("job", 1, 1, ""), "voice/000", Stage.VOICE, 1, True, "0" * 64, "", PartStatus.DONE, 0.0
    )
    record = Record(Stage.VOICE, 1, "0" * 64, Origin("elevenlabs", cost_usd=0.1 * 3 / 1000))

    assert part_entry(part, record)["cost_usd"] == 0.0003


def test_a_part_tells_what_came_first_and_was_not_taken_also_when_it_is_found_again() -> None:
    provider = Left("suno", ErrorCode.PROVIDER_ACCESS, "no credit")
    sound = Left("freesound", ErrorCode.PROVIDER_UNUSABLE, "'one wave': it is silent")
    part = Part(
        Run("job", 1, 1, ""), "effect/000.00", Stage.EFFECT, 1, False, "0" * 64, "",
        PartStatus.CACHED, 0.0, left=(provider,),
    )  # fmt: skip
    record = Record(
        Stage.EFFECT, 1, "0" * 64, Origin("freesound"), facts={"left": [plain(sound)]}
    )  # fmt: skip

    told = part_entry(part, record)["left"]

    assert [(one["provider"], one["code"], one["why"]) for one in told] == [
        ("suno", "provider_access", "no credit"),
        ("freesound", "provider_unusable", "'one wave': it is silent"),
    ]
