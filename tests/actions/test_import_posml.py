import pytest

from mlctl.actions.import_posml import import_posml, write
from mlctl.errors import NotFoundError, UsageError
from mlctl.params.load import load

CONFIG = "proj_name: p\nmodel_name: knn\nmart_id: mart\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "there"
    (folder / "src").mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG)
    (folder / "src" / "load_data.py").write_text("raise SystemExit('was run')\ndef load_data(): ...\n")
    return folder


def test_paths_start_from_where_the_file_will_stand(folder, tmp_path):
    found = import_posml(folder, tmp_path, {})
    assert found.tree["steps"] == {"load_data": "there/src/load_data.py:load_data"}
    write(found, tmp_path / "p.yaml")
    assert load(tmp_path / "p.yaml").parameters.data.function == "there/src/load_data.py:load_data"
    with pytest.raises(UsageError, match="is there already"):
        write(found, tmp_path / "p.yaml")
    assert import_posml(folder, folder, {}).tree["steps"] == {"load_data": "src/load_data.py:load_data"}


def test_what_is_no_such_folder(folder, tmp_path):
    with pytest.raises(NotFoundError, match="there is no folder"):
        import_posml(tmp_path / "gone", tmp_path, {})
    (folder / "config.yaml").rename(folder / "confg.yaml")
    with pytest.raises(NotFoundError, match=r"holds no config\.yaml") as caught:
        import_posml(folder, tmp_path, {})
    assert caught.value.hint == "did you mean confg.yaml?"
    (folder / "config.json").write_text('{"project": "p"}')
    with pytest.raises(UsageError, match="no key of the foreign form"):
        import_posml(folder, tmp_path, {})
