import re
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.transcript import comparable, play, steps

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_transcript_is_what_the_commands_show(tmp_path):
    for step in steps(README):
        assert comparable(play(step.command, tmp_path, Path(sys.executable).parent)) == comparable(step.shown)


def test_each_dependency_has_its_reason():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    named = [re.split(r"[<>=\[]", line)[0] for line in project["dependencies"]]
    table = re.findall(r"^\| ([a-z][a-z-]+) \| .+ \|$", README, flags=re.MULTILINE)
    assert [name for name in table if name != "package"] == named


@pytest.mark.parametrize("target", re.findall(r"\]\(((?:docs|sample_configs)[^)]*)\)", README))
def test_what_the_readme_links_to_is_there(target):
    assert (REPOSITORY / target.partition("#")[0]).exists()


@pytest.mark.parametrize("name", re.findall(r"`make ([a-z]+)`|^make ([a-z]+)", README, flags=re.MULTILINE))
def test_what_the_readme_tells_to_make_can_be_made(name):
    makefile = (REPOSITORY / "Makefile").read_text()
    assert re.search(rf"^{''.join(name)}:", makefile, flags=re.MULTILINE)
