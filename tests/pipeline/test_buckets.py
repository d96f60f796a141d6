"""Sources and output in buckets of a real S3 server on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn
from urllib.request import Request, urlopen

import pytest

from pipeline import folders
from pipeline.check import check
from pipeline.datasets import read
from pipeline.exits import ExitCode, OutputLocked, OutputUnwritable, UsageError
from pipeline.explain import explain
from pipeline.folders import WORK, RemoteFolder, folder_at
from pipeline.health import health
from pipeline.report import Summary, last_sources
from pipeline.run import Options, run
from pipeline.sources import Input, find_inputs
from tests.pipeline.test_cluster import ONE, Told, cluster, environment, published
from tests.samples import BAD, FEATURES, small_report, zipped
from validators.model import DOCUMENTS

if os.environ.get("CI") != "true":
    for package in ("moto", "flask", "s3fs", "boto3", "distributed"):
        pytest.importorskip(package, reason=f"{package} is not there; `make setup` installs it")

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
ODD = ("100%25 а+б.docx", "Звіт № 1 (копія).docx", "#1?.docx", "[a]*.docx", "папка/звіт.docx")
LEAVE_ALONE = ("папка/", "Thumbs.db", ".hidden", "~$open.docx")
BUCKET = "municipal"
LOCK, LAST_RUN = f"{WORK}/lock", f"{WORK}/last-run.json"

Objects = dict[str, tuple[str, Any]]


class Server:
    """A client of the server."""

    def __init__(self, url: str) -> None:
        import boto3  # type: ignore[import-untyped]

        self.url = url
        self.s3 = boto3.client("s3", endpoint_url=url)

    def put(self, key: str, content: bytes) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)

    def objects(self, below: str) -> Objects:
        """Give tag and time of every object below a prefix, by the rest of its key."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f"{below}/")
        found = [one for page in pages for one in page.get("Contents", ())]
        return {one["Key"].removeprefix(f"{below}/"): (one["ETag"], one["LastModified"]) for one in found}

    def published(self, below: str) -> dict[str, bytes]:
        """Give the contents of the objects that are there for people."""
        names = [name for name in self.objects(below) if not name.startswith(WORK)]
        return {name: self.s3.get_object(Bucket=BUCKET, Key=f"{below}/{name}")["Body"].read() for name in names}

    def checks_keys(self, after: str) -> None:
        """Let the server look at keys after so many requests; `inf` for never."""
        header = {"Content-Type": "text/plain"}
        urlopen(Request(f"{self.url}/moto-api/reset-auth", after.encode(), header, method="POST")).close()  # noqa: S310


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with one bucket; drivers and worker processes find it by the environment."""
    from moto.server import ThreadedMotoServer

    serving = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    serving.start()
    try:
        host, port = serving.get_host_and_port()
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**KEYS, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}.items():
                patch.setenv(name, value)
            found = Server(f"http://{host}:{port}")
            found.s3.create_bucket(Bucket=BUCKET)
            yield found
    finally:
        serving.stop()


@cache
def _inputs() -> dict[str, bytes]:
    found = {name: content for name, (content, _, _) in BAD.items()}
    found |= {name: small_report(note=name) for name in ODD}
    found["features.docx"] = FEATURES.read_bytes()
    found["archive.zip"] = zipped({"в архіві.docx": small_report(note="в архіві"), "bad.docx": b""})
    return found


@pytest.fixture(scope="module")
def inbox(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents in a folder; those in the bucket below `inbox` are the same."""
    folder = tmp_path_factory.mktemp("buckets") / "inbox"
    for name, content in _inputs().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        server.put(f"inbox/{name}", content)
    for name in LEAVE_ALONE:
        server.put(f"inbox/{name}", b"")
    return folder


@pytest.fixture(scope="module")
def here(inbox: Path) -> tuple[Summary, dict[str, bytes]]:
    """What a run on folders comes to, and what it writes."""
    out = inbox.parent / "out"
    return run([str(inbox)], out), published(out)


def _no_download(one: Input) -> NoReturn:
    raise AssertionError(f"{one.name} is downloaded")


def test_a_bucket_gives_what_a_folder_gives_and_is_left_alone_by_the_next_run(
    server: Server, here: tuple[Summary, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = f"s3://{BUCKET}/inbox", f"s3://{BUCKET}/out"
    summary, files = here
    there = run([source], out)
    assert (there.states, there.read) == (summary.states, summary.read)
    assert server.published("out") == files

    before = server.objects("out")
    time.sleep(1)  # the server counts time in seconds
    with monkeypatch.context() as patch:
        patch.setattr(Input, "digest", _no_download)
        again = run([source], out)
    assert (again.read, again.written) == (0, False)
    changed = {name for name, _ in before.items() ^ server.objects("out").items()}
    assert changed == {LAST_RUN}

    server.put("inbox/новий.docx", small_report(note="новий"))
    told = Told()
    assert run([source], out, Options(), told).states["published"] == summary.states["published"] + 1
    assert [facts["file_name"] for facts in told.of("document_read")] == ["новий.docx"]
    server.s3.delete_object(Bucket=BUCKET, Key="inbox/новий.docx")

    folder = folder_at(out)
    assert check(folder) == []
    assert health(folder, 1).code is ExitCode.OK
    assert last_sources(folder) == [source]
    document = next(row for row in read(folder, DOCUMENTS) if row["file_name"] == ODD[0])["document_id"]
    assert explain(folder, document, 1, 1, 2)["cell"]["text"] == "10,00"
    retried = run(last_sources(folder), out, Options(retry=True))
    assert (retried.read, retried.states) == (len(BAD), summary.states)
    assert LOCK not in server.objects("out")


def test_a_cluster_reads_from_a_bucket(server: Server, here: tuple[Summary, dict[str, bytes]], tmp_path: Path) -> None:
    with cluster(tmp_path / "dask", ONE, ONE) as dask:
        told = Told()
        run([f"s3://{BUCKET}/inbox"], f"s3://{BUCKET}/by-cluster", Options(executor=dask.executor), told)
    assert not told.of("cluster_failed")
    assert server.published("by-cluster") == here[1]


def test_what_a_worker_cannot_reach_is_read_here(server: Server, inbox: Path, tmp_path: Path) -> None:
    nobody = environment(AWS_ENDPOINT_URL="http://127.0.0.1:1", AWS_MAX_ATTEMPTS="1")
    with cluster(tmp_path / "dask", ONE, envs=[nobody]) as dask:
        told = Told()
        summary = run([f"s3://{BUCKET}/inbox/{ODD[1]}"], tmp_path / "out", Options(executor=dask.executor), told)
    (failed,) = told.of("cluster_failed")
    assert failed["reason"].startswith("unreadable_file: ")
    assert summary.states == {"published": 1}


def test_sources_are_named_by_their_keys_and_the_output_among_them_is_left_out(server: Server, inbox: Path) -> None:
    names = sorted(_inputs())
    for source in (f"s3://{BUCKET}/inbox", f"s3://{BUCKET}/inbox/"):
        found = find_inputs([source], folder_at(f"s3://{BUCKET}/inbox/папка"))
        assert sorted(one.name for one in found) == [name for name in names if name != ODD[4]]
    whole = find_inputs([f"s3://{BUCKET}"], folder_at(f"s3://{BUCKET}/out"))
    assert sorted(one.name for one in whole if one.name.startswith("inbox/")) == [f"inbox/{name}" for name in names]
    assert not [one.name for one in whole if one.name.startswith("out/")]
    for name in ODD:
        (one,) = find_inputs([f"s3://{BUCKET}/inbox/{name}"], folder_at("elsewhere"))
        assert (one.name, one.read()) == (name.rsplit("/", 1)[-1], _inputs()[name])
    with pytest.raises(UsageError, match="lies inside the output"):
        find_inputs([f"s3://{BUCKET}/inbox/папка"], folder_at(f"s3://{BUCKET}/inbox"))


def test_two_runs_at_once_and_the_lock_of_a_killed_one(server: Server, inbox: Path, tmp_path: Path) -> None:
    out = f"s3://{BUCKET}/locked"
    code = (
        "import os, signal, sys\n"
        "from pipeline import folders\n"
        "with folders.folder_at(sys.argv[1]).locked():\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, out], env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        held = server.objects("locked")
        command = [sys.executable, "-m", "pipeline.cli", "run", str(inbox), "--out", out]
        second = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
        assert second.returncode == ExitCode.LOCKED
        assert second.stderr == f"zvity: another run holds {out}; wait for it to end or choose another --out\n"
        assert server.objects("locked") == held
    finally:
        holder.kill()
        holder.communicate()
    with pytest.raises(OutputLocked), folder_at(out).locked():
        pass
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folders, "LEASE", 0.5)
        patch.setattr(folders, "_SURE", 0.1)
        time.sleep(0.5)
        with folder_at(out).locked() as still_ours:
            still_ours()
            server.put(f"locked/{LOCK}", json.dumps({"token": "another", "renewed": time.time()}).encode())
            with pytest.raises(OutputLocked):
                still_ours()
        assert LOCK in server.objects("locked"), "another's lock is not taken away"


def test_a_lock_is_renewed_while_it_is_held(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_RENEWED", 0.05)
    folder = folder_at(f"s3://{BUCKET}/renewed")
    with folder.locked():
        before = json.loads(folder.read(LOCK))
        time.sleep(0.5)
        after = json.loads(folder.read(LOCK))
    assert (after["token"], after["renewed"] > before["renewed"]) == (before["token"], True)
    assert folder.stat(LOCK) is None


def test_a_bucket_that_is_not_there_is_told_and_not_made(server: Server, inbox: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputUnwritable, match=r"s3://nowhere/out cannot be written \(The specified bucket does not"):
        run([str(inbox)], "s3://nowhere/out")
    with pytest.raises(UsageError, match="s3://nowhere/in cannot be opened"):
        run(["s3://nowhere/in"], tmp_path / "out")
    assert [one["Name"] for one in server.s3.list_buckets()["Buckets"]] == [BUCKET]


def test_wrong_keys_are_told_in_a_sentence(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(small_report())
    out = f"s3://{BUCKET}/refused"
    endings = {
        ("run", str(tmp_path / "a.docx"), "--out", out): ExitCode.OUTPUT,
        ("run", f"s3://{BUCKET}/inbox", "--out", str(tmp_path / "out")): ExitCode.USAGE,
        ("health", out): ExitCode.USAGE,
        ("check", out): ExitCode.USAGE,
        ("retry", out): ExitCode.USAGE,
    }
    server.checks_keys(after="0")
    try:
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "pipeline.cli", *arguments], env=environment(), stderr=subprocess.PIPE, text=True
            )
            for arguments in endings
        ]
        told = [(process.communicate()[1], process.returncode) for process in running]
    finally:
        server.checks_keys(after="inf")
    assert [code for _, code in told] == list(endings.values())
    for text, _ in told:
        assert text.startswith("zvity: ")
        assert text.count("\n") == 1


def test_what_a_driver_raises_is_told_as_an_error_of_the_file(
    server: Server, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import EndpointConnectionError  # type: ignore[import-untyped]
    from s3fs.core import S3File  # type: ignore[import-untyped]

    def broken(*_: object) -> NoReturn:
        raise EndpointConnectionError(endpoint_url=server.url)

    monkeypatch.setattr(S3File, "_fetch_range", broken)
    one = Input("a.docx", f"s3://{BUCKET}/inbox/features.docx")
    for attempt in (one.read, one.digest, RemoteFolder(f"s3://{BUCKET}/inbox").open("features.docx").read):
        with pytest.raises(OSError, match="Could not connect"):
            attempt()


def test_memory_is_refused_and_file_urls_are_paths(tmp_path: Path) -> None:
    (tmp_path / "100% звіт.docx").write_bytes(small_report())
    source = f"file://{tmp_path}"
    for sources, out in (([source], "memory://out"), (["memory://in"], str(tmp_path / "out"))):
        with pytest.raises(UsageError, match="lies in the memory of one process"):
            run(sources, out)
    assert run([source], f"file://{tmp_path}/out").states == {"published": 1}
    assert run([str(tmp_path)], tmp_path / "out").read == 0
    assert last_sources(folder_at(tmp_path / "out")) == [str(tmp_path)]
