"""The folder of a run: what is written is what is read, and damage is told by its file."""

import json
import math
import os
from pathlib import Path

import pandas as pd
import pytest
from report_fixture import make_results

from dtaojax.results.contract import (
    SCHEMA_VERSION,
    Metric,
    Results,
    ResultsError,
    load,
    save,
    write_json,
)
from dtaojax.storage import opened, seal, whole

FILES = ("network.parquet", "subnets.parquet", "summary.json", "manifest.json")


@pytest.fixture(scope="module")
def made() -> Results:
    return make_results()


@pytest.fixture
def folder(made, tmp_path) -> Path:
    save(made, tmp_path / "run")
    return tmp_path / "run"


def rewrite(path: Path, content: object) -> None:
    """Writes a JSON file of a folder anew, and the digests to match."""
    write_json(path, content)
    manifest = opened((path.parent / "manifest.json").read_bytes())
    seal(path.parent, manifest)


def rewrite_manifest(folder: Path, **changed: object) -> None:
    seal(folder, opened((folder / "manifest.json").read_bytes()) | changed)


def refusal(folder: Path) -> str:
    with pytest.raises(ResultsError) as caught:
        load(folder)
    return str(caught.value)


def test_what_was_saved_is_loaded(made, folder):
    read = load(folder)
    assert read.manifest == made.manifest
    assert read.metrics == made.metrics
    assert read.tables.keys() == made.tables.keys() - {"paths"}
    for name, table in read.tables.items():
        pd.testing.assert_frame_equal(table, made.tables[name], check_dtype=False)


def test_numbers_keep_every_bit(tmp_path):
    numbers = [0.1 + 0.2, 1e-308, -1.7976931348623157e308, 5e-324, 12345678901234567.0]
    metrics = tuple(
        Metric("x", "network", None, 1.0, number, 0.0, number, number, 10, "ratio")
        for number in numbers
    )
    save(Results({"schema_version": SCHEMA_VERSION, "tables": []}, metrics, {}), tmp_path)
    assert [metric.value for metric in load(tmp_path).metrics] == numbers


def test_unknown_numbers_are_null_on_disk_and_not_a_number_when_read(tmp_path):
    nan = math.nan
    metric = Metric("x", "subnet", 7, 1.0, 2.0, nan, nan, math.inf, 1, "ratio")
    save(Results({"schema_version": SCHEMA_VERSION, "tables": []}, (metric,), {}), tmp_path)
    text = (tmp_path / "summary.json").read_text()
    assert "NaN" not in text
    assert "Infinity" not in text
    assert json.loads(text)["metrics"][0]["standard_error"] is None
    (read,) = load(tmp_path).metrics
    assert (read.name, read.netuid, read.value) == ("x", 7, 2.0)
    assert all(math.isnan(n) for n in (read.standard_error, read.ci_low, read.ci_high))


def test_manifest_comes_last(made, tmp_path, monkeypatch):
    order = []
    replace, to_parquet = os.replace, pd.DataFrame.to_parquet

    def replaced(source, target):
        order.append(Path(target).name)
        replace(source, target)

    def written(table, target, **options):
        order.append(Path(target).name)
        to_parquet(table, target, **options)

    monkeypatch.setattr(whole.os, "replace", replaced)
    monkeypatch.setattr(pd.DataFrame, "to_parquet", written)
    save(made, tmp_path)
    assert order[-2:] == ["summary.json", "manifest.json"]
    assert sorted(order) == sorted(path.name for path in tmp_path.iterdir())


def test_per_path_table_that_is_there_already_stays(made, tmp_path):
    (tmp_path / "paths.parquet").write_bytes(b"as the run left it")
    table = pd.DataFrame({"path": [0]})
    save(Results(made.manifest, made.metrics, {**made.tables, "paths": table}), tmp_path)
    assert (tmp_path / "paths.parquet").read_bytes() == b"as the run left it"


def test_json_is_written_whole_or_not_at_all(tmp_path):
    target = tmp_path / "manifest.json"
    write_json(target, {"name": "<τ>"})
    assert json.loads(target.read_text(encoding="utf-8")) == {"name": "<τ>"}
    with pytest.raises(TypeError):
        write_json(target, {"name": object()})
    assert json.loads(target.read_text(encoding="utf-8")) == {"name": "<τ>"}
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


@pytest.mark.parametrize("name", FILES)
def test_truncated_file_is_refused_by_its_name(folder, name):
    path = folder / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    message = refusal(folder)
    assert message.startswith(f"{path}: ")
    assert message.endswith("run again")
    assert "\n" not in message


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_refused_by_its_name(folder, name):
    (folder / name).unlink()
    assert refusal(folder).startswith(f"{folder / name}: cannot be read")


def test_folder_that_is_no_run_is_refused(tmp_path):
    assert "give the folder of a finished run" in refusal(tmp_path)
    assert "give the folder of a finished run" in refusal(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["summary.json", "manifest.json"])
@pytest.mark.parametrize("version", [0, SCHEMA_VERSION + 1, None, "1"])
def test_other_schema_version_is_refused(folder, name, version):
    content = json.loads((folder / name).read_text())
    if name == "manifest.json":
        rewrite_manifest(folder, schema_version=version)
    else:
        rewrite(folder / name, content | {"schema_version": version})
    message = refusal(folder)
    assert message.startswith(f"{folder / name}: has schema version {version!r}")
    assert f"reads {SCHEMA_VERSION}" in message


@pytest.mark.parametrize("content", ["[]", "3", "null", '"text"'])
def test_json_of_another_shape_is_refused(folder, content):
    (folder / "manifest.json").write_text(content)
    assert refusal(folder).startswith(f"{folder / 'manifest.json'}: has schema version None")


@pytest.mark.parametrize("tables", [None, "network", ["network", "../secret"], ["other"]])
def test_manifest_with_other_tables_is_refused(folder, tables):
    rewrite_manifest(folder, tables=tables)
    assert refusal(folder).startswith(f"{folder / 'manifest.json'}: tables is {tables!r}")


def test_metric_that_lacks_or_adds_a_key_is_refused(folder):
    path = folder / "summary.json"
    summary = json.loads(path.read_text())
    record = summary["metrics"][0]
    for broken in (
        {key: value for key, value in record.items() if key != "unit"},
        record | {"colour": "red"},
        "text",
    ):
        rewrite(path, summary | {"metrics": [broken]})
        assert refusal(folder).startswith(f"{path}: a metric is not as it was written")
    rewrite(path, {"schema_version": SCHEMA_VERSION})
    assert refusal(folder).startswith(f"{path}: ")


def test_folder_that_cannot_be_written_is_refused_with_the_way_out(made, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    for target in (blocked, blocked / "run"):
        with pytest.raises(ResultsError) as caught:
            save(made, target)
        assert str(caught.value).startswith(f"{target}: cannot write the results")
        assert "--out" in str(caught.value)
    assert blocked.read_text() == "no folder"
