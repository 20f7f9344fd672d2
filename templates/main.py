"""What the launcher of the Flex Template runs, since it takes a file: `python -m pipeline`."""

from runpy import run_module

run_module("pipeline", run_name="__main__", alter_sys=True)
