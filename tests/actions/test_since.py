from pathlib import Path

from mlctl import files

ROWS = "".join(f"{i % 13},{'ab'[i % 2]},{i % 2}\n" for i in range(120))


def train(mlctl, rows, *words):
    Path("t.csv").write_text("x,kind,y\n" + rows)
    Path("t.yaml").write_text(
        "project: t\nmodel: y\ndata: {path: t.csv, target: y}\nladder: [decision_tree]\n"
        "cross_validation: {folds: 3, repeats: 1}\n"
    )
    mlctl("init")
    ran = mlctl("train", "--params", "t.yaml", *words)
    assert ran.code == 0, ran.err
    return ran


def test_what_changed_since_the_last_training_is_said_and_kept(mlctl):
    assert "since " not in train(mlctl, ROWS).err
    assert "since " not in train(mlctl, ROWS).err
    ran = train(mlctl, ROWS.replace("b", "new"))
    assert "since t_nogit_1: column 'kind'" in ran.err
    assert "'new'" in ran.err
    assert any(
        "since t_nogit_1" in w for w in mlctl("show", "latest", "--json").json["experiments"][0]["warnings"]
    )


def test_a_schema_that_cannot_be_used_does_not_stop_a_training(mlctl):
    train(mlctl, ROWS)
    record = Path("mlstore/projects/t/datasets/t_nogit_1.yaml")
    files.write_atomic(record, record.read_text().replace("nullable: false", "nullable: perhaps", 1))
    assert "t_nogit_1: its schema cannot be used" in train(mlctl, ROWS.replace("b", "new")).err


def test_data_of_the_last_training_that_is_gone_does_not_stop_a_training(mlctl):
    train(mlctl, ROWS)
    Path("mlstore/projects/t/datasets/t_nogit_1.yaml").unlink()
    assert "since " not in train(mlctl, ROWS.replace("b", "new")).err
