"""The commands that use a daemon, help, completion, `kobel doctor`, and logs."""

import glob
import json
import os
import pathlib
import re
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
import zipfile

import pytest
from command_line import call
from programs import zip_around

from kobel import BINARY, PATIENCE_S, Kobel, wait_for


@pytest.mark.slow
def test_commands_manage_the_life_of_an_application(application, jars):
    application.create(jars["Counting"])
    application.start()
    count = application.wait_for_count(10)
    name = application.name
    kobel = application.kobel

    table = call(kobel, "status")
    assert f"{name}  RUNNING" in table and "READY" in table
    status = json.loads(call(kobel, "status", "--json"))
    assert [one["ApplicationName"] for one in status["applications"] if one["ApplicationName"] == name] == [name]
    assert name in call(kobel, "status", "--names").split()

    assert json.loads(call(kobel, "snapshot", name, "by-hand", "--json"))["SnapshotName"] == "by-hand"
    assert "snapshot manual-" in call(kobel, "snapshot", name)
    assert "RUNNING with parallelism 2" in call(kobel, "scale", name, "2")
    count = application.wait_for_count(count)
    assert "stopped, with snapshot STOPAPPLICATION-" in call(kobel, "stop", name)
    assert "by-hand" in call(kobel, "status", name)

    # A READY application is started from the snapshot, a RUNNING one is updated to continue from it.
    assert "RUNNING from snapshot by-hand" in call(kobel, "restore", name, "by-hand")
    assert "RUNNING from snapshot by-hand" in call(kobel, "restore", name, "by-hand")
    assert json.loads(call(kobel, "stop", name, "--force", "--json"))["ApplicationStatus"] == "READY"
    assert "no-such-snapshot" in call(kobel, "restore", name, "no-such-snapshot", status=1)

    events = [json.loads(line) for line in call(kobel, "events", name, "--json").splitlines()]
    assert {"status", "move", "snapshot"} <= {event["kind"] for event in events}
    assert "snapshot by-hand is READY" in call(kobel, "events", name)


def read_until(process, text):
    """Reads the output of a process up to a line with the text. The process is killed if there is none in time."""
    timer = threading.Timer(PATIENCE_S, process.kill)
    timer.start()
    try:
        assert any(text in line for line in process.stdout), f"no line with '{text}'"
    finally:
        timer.cancel()


def test_logs_are_prefixed_and_plain_in_a_pipe(application, jars):
    application.create(jars["Counting"])
    assert "was never started" in call(application.kobel, "logs", application.name, status=1)
    application.start()
    application.wait_for_count(5)
    log = call(application.kobel, "logs", application.name)
    assert any(line.startswith("jobmanager    | ") for line in log.splitlines())
    assert any(line.startswith("taskmanager-1 | first count=") for line in log.splitlines())
    assert "\033" not in log

    follower = subprocess.Popen([BINARY, "logs", application.name, "-f", "--url", application.kobel.url], stdout=subprocess.PIPE, text=True)
    read_until(follower, "| first count=")
    application.update_configuration(EnvironmentPropertyUpdates=application.properties("second"))
    read_until(follower, "| second count=")
    follower.kill()
    follower.wait()
    follower.stdout.close()


def test_mistakes_are_reported_with_an_exit_status(shared):
    assert "does not exist" in call(shared, "stop", "absent", status=1)
    assert "usage: kobel stop APP" in call(shared, "stop", status=2)
    assert "has no option '--fast'" in call(shared, "stop", "x", "--fast", status=2)
    assert "'many' is not a parallelism" in call(shared, "scale", "x", "many", status=2)
    assert "unknown command" in call(shared, "dance", status=2)
    refused = subprocess.run([BINARY, "status", "--url", "http://127.0.0.1:1"], capture_output=True, text=True)
    assert refused.returncode == 1 and "no kobel daemon answers" in refused.stderr


def test_a_command_signs_its_requests(runtime, tmp_path):
    with Kobel(tmp_path, "--auth", "verify", "--auth-key", "known:secret") as kobel:
        def ask(secret):
            environment = {**os.environ, "KOBEL_URL": kobel.url, "AWS_ACCESS_KEY_ID": "known", "AWS_SECRET_ACCESS_KEY": secret}
            return subprocess.run([BINARY, "stop", "absent"], env=environment, capture_output=True, text=True).stderr
        assert "ResourceNotFoundException" in ask("secret")
        assert "InvalidSignatureException" in ask("wrong")


def complete(*words, **environment):
    """The completions of bash for the last word."""
    script = subprocess.run([BINARY, "completion", "bash"], check=True, capture_output=True, text=True).stdout
    script += f'\nCOMP_WORDS=(kobel "$@"); COMP_CWORD=$#; _kobel; echo "${{COMPREPLY[@]}}"'
    path = f"{os.path.dirname(os.path.abspath(BINARY))}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", script, "bash", *words], env={**os.environ, "PATH": path, **environment}, check=True, capture_output=True, text=True)
    return done.stdout.split()


def test_a_shell_completes_applications_and_their_snapshots(application, jars):
    application.create(jars["Counting"])
    application.start()
    name, url = application.name, application.kobel.url
    call(application.kobel, "snapshot", name, "first-one")
    assert complete("stop", name[:-1], KOBEL_URL=url) == [name]
    assert complete("stop", name, "", KOBEL_URL=url) == []
    assert complete("restore", "--json", name, "fir", KOBEL_URL=url) == ["first-one"]


def test_help_manual_and_completion_are_printed():
    def out(*words):
        return subprocess.run([BINARY, *words], check=True, capture_output=True, text=True).stdout
    assert "kobel run PROGRAM" in out("help") and "--watch" in out("help", "run") and "--watch" not in out("stop", "--help")
    assert out("man").startswith(".TH KOBEL 1")
    assert complete("st") == ["status", "stop"]
    assert complete("completion", "") == ["bash", "zsh", "fish"]
    assert complete("runtime", "install", "FLINK-1_20", "FLINK-1") == ["FLINK-1_15", "FLINK-1_18", "FLINK-1_19", "FLINK-1_20"]
    assert complete("run", "--wa") == ["--watch"]
    assert complete("run", "--property", "") == []
    assert "#compdef kobel" in out("completion", "zsh") and "complete -c kobel" in out("completion", "fish")


def test_doctor_distinguishes_good_and_bad_jars(runtime, jars, tmp_path):
    def doctor(jar, *options):
        done = subprocess.run([BINARY, "doctor", str(jar), "--json", *options], capture_output=True, text=True)
        findings = json.loads(done.stdout)["jar"]
        return done.returncode, {(one["severity"], one["subject"]): one["text"] for one in findings}

    _, good = doctor(jars["Counting"])
    assert good[("good", "main class")] == "jobs.Counting"
    assert not [key for key in good if key[0] == "error"]

    status, no_main = doctor(jars["NoMain"])
    assert status == 1 and ("error", "main class") in no_main

    bad = tmp_path / "bad.jar"
    shutil.copy(jars["Counting"], bad)
    core = next(pathlib.Path(runtime, "lib").glob("flink-dist*.jar"))
    with zipfile.ZipFile(core) as dist, zipfile.ZipFile(bad, "a") as jar:
        name = "org/apache/flink/api/common/JobID.class"
        jar.writestr(name, dist.read(name))
        jar.writestr("org/apache/log4j/Logger.class", b"\xca\xfe\xba\xbe\0\0\0\x45\0\1")
        jar.writestr("META-INF/maven/org.apache.flink/flink-connector-kinesis/pom.properties",
                     "version=1.13.6\ngroupId=org.apache.flink\nartifactId=flink-connector-kinesis\n")
    status, findings = doctor(bad)
    assert status == 1
    assert "JobID" in findings[("error", "Flink itself")] and "1.13.6" in findings[("error", "connectors")]
    assert "Java 25" in findings[("error", "Java")] and ("warning", "logging") in findings

    # A shaded jar has no Maven files of Flink's connectors: the pom of the project names their versions.
    shaded = tmp_path / "shaded.jar"
    shutil.copy(jars["Counting"], shaded)
    with zipfile.ZipFile(shaded, "a") as jar:
        jar.writestr("org/apache/flink/streaming/connectors/kinesis/FlinkKinesisConsumer.class", b"")
        jar.writestr("META-INF/maven/demo/job/pom.xml", "<project><dependency><artifactId>flink-connector-kinesis</artifactId>"
                     "<version>1.13.6</version></dependency></project>")
    status, findings = doctor(shaded)
    assert status == 1 and "refuses applications with flink-connector-kinesis 1.13.6" in findings[("error", "connectors")]

    zipped = tmp_path / "job.zip"
    zip_around(zipped, shaded)
    status, findings = doctor(zipped)
    assert status == 1 and "refuses applications with flink-connector-kinesis 1.13.6" in findings[("error", "connectors")]
    assert findings[("good", "zip")] == "the jar in it runs: target/job.jar" and findings[("good", "main class")] == "jobs.Counting"

    noise = subprocess.run([BINARY, "doctor", jars["Noise"]], capture_output=True, text=True)
    assert noise.returncode == 1 and "is not a jar" in noise.stderr


def test_logs_are_read_through_the_api(application, jars):
    """A client reads no file, as the daemon may run in a container."""
    url = f"{application.kobel.url}/kobel/v1/applications/{application.name}/logs"

    def ask(query=""):
        return json.load(urllib.request.urlopen(url + query, timeout=10))

    application.create(jars["Counting"])
    assert ask() == {"files": []}
    application.start()
    application.wait_for_count(20)
    files = {one["file"]: one for one in ask()["files"]}
    assert set(files) == {"jobmanager.log", "jobmanager.out", "taskmanager-1.log", "taskmanager-1.out"}
    assert (files["taskmanager-1.out"]["source"], files["taskmanager-1.out"]["isOutput"]) == ("taskmanager-1", True)
    query = f"?cluster={files['taskmanager-1.out']['cluster']}&file=taskmanager-1.out"
    page = ask(query)
    assert page["from"] == 0 and page["next"] == len(page["text"].encode()) and "first count=20 " in page["text"]
    later = wait_for(lambda: (lambda more: more["text"] and more)(ask(f"{query}&from={page['next']}")), "more is printed")
    assert later["from"] == page["next"] and "count=1 " not in later["text"]

    for wrong, status in [("?file=taskmanager-1.out", 404), (f"{query}/..", 404), (f"{query}&from=x", 400)]:
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask(wrong)
        assert refused.value.code == status

    # As a stream, for curl -N and the EventSource of a browser.
    request = urllib.request.Request(url, headers={"Accept": "text/event-stream"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as stream:
        beyond = 40
        for line in stream:
            if not line.startswith(b"data: "):
                continue
            event = json.loads(line[6:])
            found = event["isOutput"] and event["source"] == "taskmanager-1" and f"first count={beyond} " in event["line"]
            if found:
                break
        assert found

    # The oldest part is removed from the disk (--log-budget): the rest begins with a whole line.
    path = pathlib.Path(glob.glob(f"{application.kobel.data}/apps/*/clusters/{files['jobmanager.log']['cluster']}/log/jobmanager.log")[0])
    assert path.stat().st_size > 8192
    subprocess.run(["fallocate", "--punch-hole", "--length", "8192", path], check=True)
    assert ask(f"?cluster={files['jobmanager.log']['cluster']}&file=jobmanager.log")["from"] == 8192
    lines = [line for line in call(application.kobel, "logs", application.name).splitlines() if line.startswith("jobmanager    | ")]
    assert re.match(r"jobmanager    \| \d{4}-\d\d-\d\d ", lines[0]), lines[0]
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(url.replace(application.name, "absent"), timeout=10)
    assert missing.value.code == 404
