import ast
import marshal
import subprocess
import sys

import pytest

from mlctl.bundle.file.program import bare, compiled, loaded, sources
from mlctl.errors import MlctlError
from tests.bundle import made

SOURCE = '''"""Says."""
# alone
TEXT = """
# not a comment

"""


def one():
    """Return."""
    return TEXT  # beside


class Two(Exception):
    """Only this."""
'''


def test_the_source_without_its_words():
    assert bare(SOURCE) == (
        'TEXT = """\n# not a comment\n\n"""\ndef one():\n    return TEXT  # beside\n'
        'class Two(Exception):\n    """Only this."""\n'
    )


def test_every_part_is_there_and_plain_old_python():
    found = sources()
    assert {"__main__.py", "mlctl_bundle/__init__.py", "mlctl_bundle/runtime/model.py"} <= set(found)
    assert {"mlctl_bundle/main/command.py", "mlctl_bundle/server/run.py"} <= set(found)
    for name, source in found.items():
        ast.parse(source, name, feature_version=(3, 8))
        assert b"mlctl." not in source.replace(b'import_module("mlctl.actions.bundled")', b"") or name, name


def test_what_a_prediction_loads(pyz):
    modules = loaded(pyz, '{"a": 1, "b b": 2, "c": "x"}')
    assert "mlctl_bundle.runtime.linear" in modules
    assert not [name for name in modules if ".server" in name or name.endswith((".trees", ".folder"))]
    with pytest.raises(MlctlError, match="does not predict in a process of its own"):
        loaded(pyz, '{"a": 1}')


def test_compiled_is_taken_by_this_python_and_the_same_each_time(tmp_path):
    program = made.program()
    modules = ["mlctl_bundle", "mlctl_bundle.main", "mlctl_bundle.main.trouble"]
    one = compiled(program, modules, folder=False)
    assert one == compiled(program, modules, folder=False)
    assert set(one) == {
        "mlctl_bundle/__init__.pyc",
        "mlctl_bundle/main/__init__.pyc",
        "mlctl_bundle/main/trouble.pyc",
    }
    assert marshal.loads(one["mlctl_bundle/main/trouble.pyc"][16:]).co_linetable == b""
    for name, data in {**program, **compiled(program, modules, folder=True)}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "mlctl_bundle/main/trouble.py").write_text("raise SystemExit('the source was taken')")
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        "import sys; sys.path[0:0] = sys.argv[1:]; import mlctl_bundle.main.trouble",
    ]
    subprocess.run([*command, str(tmp_path)], check=True)
