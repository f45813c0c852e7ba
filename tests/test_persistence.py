"""Saved models come back the same in another process, and hostile files do nothing."""

from __future__ import annotations

import inspect
import io
import json
import os
import pickle
import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import esnkit
from esnkit import (
    ES2N,
    NVAR,
    AutoESN,
    ESNClassifier,
    ESNRegressor,
    FIRRegressor,
    Forecaster,
    GammaMemory,
    Reservoir,
    RidgeReadout,
    RLSReadout,
    RNNRegressor,
    TDNNRegressor,
)
from esnkit.forecasting.index_packing import pack_index, unpack_index
from esnkit.persistence import describe

pytest.importorskip("skops")

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (120, 2))
Y = X[:, 0] * np.roll(X[:, 1], 1)
WAVE = np.sin(np.arange(120) / 5) + 0.1 * X[:, 0] + 3
GOLDEN = Path(__file__).parent / "golden"

MODELS = {
    "reservoir": ESNRegressor(Reservoir(20, noise=1e-3), random_state=0),
    "float32, online": ESNRegressor(Reservoir(20, dtype="float32"), RLSReadout(), random_state=0),
    "plastic": ESNRegressor(
        Reservoir(20, plasticity=esnkit.IntrinsicPlasticity(n_epochs=1)), random_state=0
    ),
    "noise of further sequences": ESNRegressor(
        Reservoir(20, noise=0.1),
        RidgeReadout(1e-3),
        output="sequence",
        pooling=["last", "shares"],
        id_column=0,
        random_state=0,
    ),
    "edge of stability": ESNRegressor(ES2N(20), random_state=0),
    "products": ESNRegressor(NVAR(2)),
    "gamma": ESNRegressor(GammaMemory(3), RidgeReadout(1e-3)),
    "gram": ESNRegressor(Reservoir(20, connectivity=1.0), RidgeReadout(solver="gram")),
    "topology": ESNRegressor(
        Reservoir(20, topology=esnkit.topology.cycle, spectral_radius=None), random_state=0
    ),
    "delays": TDNNRegressor(random_state=0, max_iter=20),
    "recurrent": RNNRegressor(hidden_layer_sizes=(5,), random_state=0, max_iter=2),
    "fir": FIRRegressor(random_state=0, max_iter=2),
    "pipeline": make_pipeline(
        FunctionTransformer(np.tanh), StandardScaler(), ESNRegressor(Reservoir(20), random_state=0)
    ),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", MODELS)
def test_predictions_are_the_same_to_the_last_bit(name, tmp_path):
    model = MODELS[name].fit(X, Y)
    esnkit.save(model, tmp_path / "model.esnkit")
    loaded = esnkit.load(tmp_path / "model.esnkit")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert str(loaded.get_params()) == str(model.get_params())
    if hasattr(model, "partial_fit"):
        for either in (model, loaded):
            either.partial_fit(X, -Y)
        np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


# How each estimator that is public is fitted, and asked: whatever is added to esnkit is tried too.
TREE, LEAF = ([[0.5], [1.0]], [[], [0]]), ([[2.0]], [[]])
ROWS_OR_SERIES = {
    "ESNClassifier": ([X[:20], X[20:50], X[50:60]], [0, 1, 0]),
    "RNNClassifier": ([X[:20], X[20:50], X[50:60]], [0, 1, 0]),
    "LocalForecaster": (np.stack([WAVE] * 4, axis=1),),
    "IntermittentForecaster": (np.round(WAVE),),
    "TreeReservoir": ([esnkit.Tree(*TREE)],),
    "TreeESNRegressor": (
        [
            esnkit.Tree(*TREE),
            esnkit.Tree(*LEAF),
        ],
        [0.5, 1.0],
    ),
}
SMALL = {
    "n_units": 5,
    "max_iter": 2,
    "hidden_layer_sizes": (3,),
    "n_candidates": 2,
    "n_members": 1,
    "patch_size": 2,
    "overlap": 1,
    "season_length": 5,
    "random_state": 0,
}
ESTIMATORS = [name for name in esnkit.__all__ if hasattr(getattr(esnkit, name), "fit")]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_estimator_answers_the_same_after_saving(name, tmp_path):
    kind = getattr(esnkit, name)
    known = inspect.signature(kind).parameters
    model = kind(**{key: value for key, value in SMALL.items() if key in known})
    esnkit.save(model, tmp_path / "unfitted.esnkit")
    assert str(esnkit.load(tmp_path / "unfitted.esnkit")) == str(model)
    forecasts = hasattr(model, "forecast")
    data = ROWS_OR_SERIES.get(name, (WAVE,) if forecasts else (X, Y))
    if name == "LocalForecaster":  # by default 200 units for each patch
        model.set_params(model=ESNRegressor(Reservoir(20)))
    model.fit(*data)
    esnkit.save(model, tmp_path / "model.esnkit")
    loaded = esnkit.load(tmp_path / "model.esnkit")
    for ours, theirs in zip(answers(model, data[0]), answers(loaded, data[0]), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    # What was loaded is saved again as it was.
    esnkit.save(loaded, tmp_path / "again.esnkit")
    again = esnkit.load(tmp_path / "again.esnkit")
    for ours, theirs in zip(answers(model, data[0]), answers(again, data[0]), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def answers(model, data):
    """Return arrays of all that a fitted estimator says."""
    if hasattr(model, "forecast"):
        return [np.asarray(model.forecast(4)), np.asarray(model.predict_interval(4))]
    methods = ("transform", "predict", "predict_proba", "decision_function")
    said = [getattr(model, method)(data) for method in methods if hasattr(model, method)]
    assert said
    return [
        np.asarray(one) for each in said for one in (each if isinstance(each, list) else [each])
    ]


INDEXES = {
    "month ends": pd.date_range("2015-01-31", periods=120, freq="ME"),
    "zone": pd.date_range("2020-03-01", periods=120, freq="h", tz="Europe/Berlin", name="when"),
    "the 15th": pd.date_range("2015-01-15", periods=120, freq=pd.DateOffset(months=1)),
    "holidays": pd.date_range(
        "2020-01-01", periods=120, freq=pd.offsets.CustomBusinessDay(holidays=["2020-04-10"])
    ),
    "quarters": pd.period_range("1990Q1", periods=120, freq="Q"),
    "range": pd.RangeIndex(5, 125),
    "numbers": pd.Index(np.arange(120) * 0.5),
}


@pytest.mark.parametrize("name", INDEXES)
def test_forecasters_keep_their_index(name, tmp_path):
    index = INDEXES[name]
    again = unpack_index(pack_index(index))
    pd.testing.assert_index_equal(again, index)
    assert getattr(again, "freq", None) == getattr(index, "freq", None)
    series = pd.Series(WAVE, index=index, name="level")
    model = Forecaster(ESNRegressor(Reservoir(20)), random_state=0).fit(series)
    esnkit.save(model, tmp_path / "model.esnkit")
    loaded = esnkit.load(tmp_path / "model.esnkit")
    pd.testing.assert_series_equal(loaded.forecast(5), model.forecast(5), check_exact=True)
    more = model.forecast(3)
    pd.testing.assert_series_equal(
        loaded.update(more).forecast(5), model.update(more).forecast(5), check_exact=True
    )


def test_a_forecaster_that_chose_for_itself_and_steppers(tmp_path):
    series = pd.Series(WAVE, index=INDEXES["month ends"])
    model = AutoESN(random_state=0).fit(series)
    path = tmp_path / "model.esnkit"
    esnkit.save(model, path)
    loaded = esnkit.load(path)
    pd.testing.assert_series_equal(loaded.forecast(12), model.forecast(12), check_exact=True)
    for stepper in (
        Forecaster(random_state=0).fit(series).stepper(2),
        MODELS["reservoir"].fit(X[:, :1], Y).stepper(),
    ):
        esnkit.save(stepper, path)
        loaded = esnkit.load(path)
        for value in WAVE[:5]:
            np.testing.assert_array_equal(loaded.step(value), stepper.step(value))


def test_a_classifier(tmp_path):
    model = ESNClassifier(random_state=0).fit([X, X + 1, -X, X + 1.1], [0, 1, 0, 1])
    esnkit.save(model, tmp_path / "model.esnkit")
    loaded = esnkit.load(tmp_path / "model.esnkit")
    np.testing.assert_array_equal(loaded.predict_proba([X, X + 1]), model.predict_proba([X, X + 1]))


def test_another_process_predicts_the_same(tmp_path):
    model = MODELS["reservoir"].fit(X, Y)
    esnkit.save(model, tmp_path / "model.esnkit")
    np.save(tmp_path / "X.npy", X)
    code = (
        "import esnkit, numpy as np; print(esnkit.load('model.esnkit')"
        ".predict(np.load('X.npy')).tobytes().hex())"
    )
    env = os.environ | {"PYTHONPATH": str(Path(esnkit.__file__).parents[1])}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert run.stdout.strip() == model.predict(X).tobytes().hex()


def test_the_file_says_what_it_is_and_is_hardly_larger_than_its_arrays(tmp_path):
    model = ESNRegressor(Reservoir(400, random_state=0), RidgeReadout(1e-3)).fit(X, Y)
    path = tmp_path / "model.esnkit"
    esnkit.save(model, path)
    header = describe(path)
    assert header["class"] == "esnkit.models.esn.ESNRegressor"
    assert header["parameters"]["washout"] == "0"
    assert header["versions"]["esnkit"] == esnkit.__version__
    with zipfile.ZipFile(path) as archive:
        arrays = sum(m.file_size for m in archive.infolist() if not m.filename.endswith("json"))
    assert path.stat().st_size < 1.2 * arrays
    assert b"pickle" not in path.read_bytes()


def test_a_file_of_every_schema_is_still_read():
    loaded = esnkit.load(GOLDEN / "schema1.esnkit")
    expected = json.loads((GOLDEN / "schema1.json").read_text())
    np.testing.assert_allclose(loaded.predict(np.array(expected["X"])), expected["y"], rtol=1e-9)


def test_what_no_other_process_could_find_is_refused(tmp_path):
    model = make_pipeline(FunctionTransformer(lambda x: x), StandardScaler())
    with pytest.raises(TypeError, match=r"<lambda>.*module that can be imported"):
        esnkit.save(model, tmp_path / "model.esnkit")
    assert not list(tmp_path.iterdir())


def test_a_writer_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "model.esnkit"
    esnkit.save(Reservoir(20), path)
    before = path.read_bytes()

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", full)
    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(OSError, match="no space"):
        esnkit.save(Reservoir(30), path)
    assert path.read_bytes() == before


# ---------------------------------------------------------------------- files that are not whole


@pytest.fixture
def members(tmp_path):
    """What a good file holds, by name."""
    esnkit.save(ESNRegressor(Reservoir(5), random_state=0).fit(X, Y), tmp_path / "good.esnkit")
    with zipfile.ZipFile(tmp_path / "good.esnkit") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, members, *, compression=zipfile.ZIP_STORED, seal=True, **header):
    """Write a file by hand, with a checksum that fits."""
    members = dict(members)
    if seal and "esnkit.json" in members:
        checksum = esnkit.persistence._checksum(members)
        known = json.loads(members["esnkit.json"])
        members["esnkit.json"] = json.dumps(known | {"sha256": checksum} | header).encode()
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def schema_of(node):
    return {"schema.json": json.dumps(node | {"protocol": 2, "_skops_version": "0"}).encode()}


class Bomb:
    def __reduce__(self):
        return os.mkdir, ("ran",)


def array_of(shape, data=b"", descr="<f8"):
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stream, {"descr": descr, "fortran_order": False, "shape": shape}
    )
    return stream.getvalue() + data


def test_hostile_and_damaged_files_say_what_is_wrong(members, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    good = write(Path("good"), members)
    assert isinstance(esnkit.load(good), ESNRegressor)
    array = next(name for name in members if name.endswith(".npy"))
    sparse = next(name for name in members if name.endswith(".npz"))
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.npy", array_of((10**6,), bytes(8 * 10**6)))
    call = {"__module__": "os", "__class__": "mkdir", "__loader__": "ConstructorFromReduceNode",
            "content": {"__module__": "builtins", "__class__": "tuple", "__loader__": "TupleNode",
                        "content": [{"__module__": "builtins", "__class__": "str",
                                     "__loader__": "JsonNode", "content": '"ran"'}]}}  # fmt: skip
    ours = call | {"__module__": "esnkit.core.files", "__class__": "write_files"}
    files = {
        "empty": b"",
        "text": b"a model, I promise",
        "pickle": pickle.dumps(Bomb()),
        "cut off": good.read_bytes()[:-100],
        "half": good.read_bytes()[: good.stat().st_size // 2],
        "changed": good.read_bytes().replace(members[array][-16:], bytes(16)),
    }
    messages = {
        "empty": "no zip archive",
        "text": "no zip archive",
        "pickle": "pickle, which could run any code",
        "cut off": "damaged or cut off",
        "half": "damaged or cut off",
        "changed": "damaged",
        "foreign": "it has a member named 'a.txt'",
        "no header": "it has no esnkit.json",
        "not ours": "does not say so",
        "newer": "schema 99.*update esnkit",
        "unsealed": "SHA-256",
        "climbing": "a member named '../../evil.npy'",
        "compressed": "is compressed",
        "inner bomb": "would grow from",
        "objects": "Python objects",
        "too large": "bytes, but 0 are there",
        "call": r"not loaded without a word: \['os.mkdir'\]",
        "our call": r"not loaded without a word: \['esnkit.core.files.write_files'\]",
        "no json": "schema.json cannot be read",
        "deep": "damaged",
    }
    edits = {
        "foreign": {"a.txt": b"x"},
        "climbing": {"../../evil.npy": b"x"},
        "inner bomb": {sparse: inner.getvalue()},
        "objects": {array: array_of((1,), pickle.dumps(Bomb()), descr="|O")},
        "too large": {array: array_of((10**12,))},
        "call": schema_of(call),
        "our call": schema_of(ours),
        "no json": {"schema.json": b"{"},
        "deep": {"schema.json": b"[" * 100_000},
    }
    for name, content in files.items():
        Path(name).write_bytes(content)
    for name, edit in edits.items():
        write(Path(name), members | edit)
    write(Path("no header"), {n: c for n, c in members.items() if n != "esnkit.json"})
    write(Path("not ours"), members, format="other")
    write(Path("newer"), members, schema=99)
    write(Path("unsealed"), members, sha256="0" * 64)
    write(Path("compressed"), members, compression=zipfile.ZIP_DEFLATED)
    for name, message in messages.items():
        with pytest.raises(ValueError, match=message) as caught:
            esnkit.load(name)
        assert name in str(caught.value)
    assert not Path("ran").exists()


def mutated(content, rng):
    """Change a good file at one place: a bit, some bytes, or its length."""
    changed = bytearray(content)
    place = rng.randrange(len(changed))
    if rng.random() < 0.3:  # the directory of an archive is at its end
        place = len(changed) - 1 - min(len(changed) - 1, int(rng.expovariate(1 / 400)))
    kind = rng.choice(["bit", "bytes", "cut", "more", "zeros"])
    if kind == "bit":
        changed[place] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del changed[place : place + rng.randrange(1, 200)]
    else:
        new = bytes(8) if kind == "zeros" else rng.randbytes(rng.randrange(1, 9))
        changed[place : place + (0 if kind == "more" else len(new))] = new
    return bytes(changed)


def test_a_file_with_any_fault_is_refused_or_still_the_same(tmp_path):
    path = tmp_path / "model.esnkit"
    model = ESNRegressor(Reservoir(5), random_state=0).fit(X, Y)
    esnkit.save(model, path)
    content, rng = path.read_bytes(), random.Random(0)
    refusals = []
    for _ in range(400):
        path.write_bytes(mutated(content, rng))
        try:
            loaded = esnkit.load(path)
        except ValueError as error:  # and nothing else
            refusals.append(str(error))
        else:  # a date or a note was hit, which changes nothing
            np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert len(refusals) > 200
    assert all(refusal.startswith(str(path)) for refusal in refusals)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="a writer is forked, so that it starts at once")
def test_a_writer_that_is_killed_costs_no_good_file(tmp_path):
    path, rng = tmp_path / "model.esnkit", random.Random(0)
    models = [ESNRegressor(Reservoir(n), random_state=0).fit(X, Y) for n in (50, 60)]
    wanted = [model.predict(X).tobytes() for model in models]
    esnkit.save(models[0], path)
    found = set()
    for _ in range(50):
        writer = os.fork()
        if writer == 0:
            while True:
                for model in models:
                    esnkit.save(model, path)
        time.sleep(rng.uniform(0.02, 0.3))
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        found.add(wanted.index(esnkit.load(path).predict(X).tobytes()))
    assert found == {0, 1}  # it was writing all the time


def without(node, names):
    """Leave attributes out of a schema, as if they had come later."""
    if isinstance(node, list):
        return [without(part, names) for part in node]
    if not isinstance(node, dict):
        return node
    return {key: without(part, names) for key, part in node.items() if key not in names}


def test_parameters_that_came_since_a_file_was_saved_have_their_defaults(tmp_path):
    model = Forecaster(ESNRegressor(Reservoir(20)), random_state=0).fit(WAVE)
    esnkit.save(model, tmp_path / "new")
    with zipfile.ZipFile(tmp_path / "new") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = without(json.loads(members["schema.json"]), {"scale", "noise", "layout"})
    loaded = esnkit.load(write(tmp_path / "old", members | schema_of(schema)))
    assert loaded.scale is True
    assert loaded.model.reservoir.noise == 0.0
    np.testing.assert_array_equal(loaded.forecast(3), model.forecast(3))


def test_a_type_of_the_users_own_is_built_when_it_is_named(tmp_path):
    model = make_pipeline(FunctionTransformer(os.path.basename))  # a function from elsewhere
    esnkit.save(model, tmp_path / "model.esnkit")
    with pytest.raises(ValueError, match=r"posixpath\.basename") as caught:
        esnkit.load(tmp_path / "model.esnkit")
    assert "trusted=" in str(caught.value)
    loaded = esnkit.load(tmp_path / "model.esnkit", trusted=["posixpath.basename"])
    assert loaded[0].func is os.path.basename


def test_info_shows_a_file(tmp_path, capsys):
    from esnkit.cli.main import main

    esnkit.save(Reservoir(20), tmp_path / "model.esnkit")
    assert not main(["info", str(tmp_path / "model.esnkit")])
    shown = capsys.readouterr().out
    assert main(["info", __file__]) == 2
    assert "no zip archive" in capsys.readouterr().err
    for text in ("esnkit.memories.reservoir.Reservoir", "n_units", "20", "sha256"):
        assert text in shown
