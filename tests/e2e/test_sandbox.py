"""A hostile program: each attempt to get out fails in the sandbox, and would succeed without one; its hunger stays its own."""

import glob
import hashlib
import json
import os
import re
import socket
import urllib.request

import pytest

from kobel import Application, Kobel, wait_for


def status(kobel):
    return json.load(urllib.request.urlopen(f"{kobel.url}/kobel/v1/status", timeout=10))


def events(application):
    url = f"{application.kobel.url}/kobel/v1/applications/{application.name}/events?limit=1000"
    return json.load(urllib.request.urlopen(url, timeout=10))["events"]


def output(application):
    """What the job has printed, beside its counting."""
    found = ""
    for cluster in status(application.kobel)["clusters"]:
        path = os.path.join(cluster["logDirectory"], "taskmanager-1.out")
        if os.path.exists(path):
            with open(path, errors="replace") as file:
                found += file.read()
    return found


def outcomes(application):
    return dict(re.findall(r"^attempt (.*?): (DONE|REFUSED)", output(application), re.M))


def attack(application, jars, attempts, **configuration):
    groups = {"PropertyGroups": [{"PropertyGroupId": "job", "PropertyMap": {"attempts": "@@".join(attempts)}}]}
    application.create(jars["Hostile"], EnvironmentProperties=groups, **configuration)
    application.start()


def attempts_on(kobel, victim, home):
    """What a program could try on its host, by what it would gain."""
    cluster = next(one for one in status(kobel)["clusters"] if one["applicationId"] and victim in one["logDirectory"])
    other = os.path.dirname(cluster["logDirectory"])
    return {
        "the user's home": f"read {home}/secret",
        "kobel's database": f"read {kobel.data}/kobel.db",
        "kobel's secret": f"read {kobel.data}/secret",
        "another application's properties": f"read {other}/etc/application_properties.json",
        "another application's log": f"read {other}/log/jobmanager.log",
        "another application's logs": f"list {other}/log",
        "a file outside": f"write {home}/mine",
        "the password file": "read /etc/shadow",
        "processes of others": f"sees {kobel.data}/ready.json",
        "a mount": "run mount -t tmpfs none /mnt",
        "another namespace": "run nsenter --uts=/proc/self/ns/uts true",
        "a user namespace": "run unshare -U true",
        "tracing kobel": f"run python3 -c '{TRACE % kobel.process.pid}'",
        "a signal to kobel": f"run kill -URG {kobel.process.pid}",
        "another application's REST port": f"connect {cluster['restPort']}",
        "another application's RPC port": f"connect {cluster['restPort'] + 1}",
        "another application's blob port": f"connect {cluster['restPort'] + 2}",
        "another TaskManager's data port": f"connect {cluster['restPort'] + 5}",
        "kobel's API": f"connect {kobel.url.rpartition(':')[2]}",
        "a port that another cluster will want": f"listen {next_port(cluster['restPort'])}",
    }


# PTRACE_SEIZE; the tracer ends at once, which lets go again.
TRACE = "import ctypes, sys; sys.exit(ctypes.CDLL(None).ptrace(0x4206, %d, 0, 0) != 0)"


def next_port(taken):
    """A free port of the range that clusters use, a good way from those of one cluster."""
    with socket.socket() as probe:
        for port in range(21100, 24100, 50):
            if abs(port - taken) > 100 and probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("every port is taken")


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "secret").write_text("secret")
    return home


@pytest.mark.parametrize("level, outcome", [("full", "REFUSED"), ("full on a spare", "REFUSED"), ("scoped", "REFUSED"), ("none", "DONE")])
def test_what_a_program_may_not_reach(runtime, jars, tmp_path, home, level, outcome):
    if level == "none" and os.geteuid() != 0:
        pytest.skip("without a sandbox only root can do all of this")
    level, _, on_spare = level.partition(" ")
    kobel = Kobel(tmp_path / "kobel", "--sandbox", level, *(["--spares", "1"] if on_spare else []))
    try:
        victim = Application(kobel, "victim")
        victim.create(jars["Counting"])
        victim.start()
        victim_id = status(kobel)["apps"][0]["id"]
        attempts = attempts_on(kobel, victim_id, home)
        hostile = Application(kobel, "hostile")
        if on_spare:
            ready = wait_for(lambda: [one for one in status(kobel)["clusters"] if one.get("spare") == "READY"], "a spare is ready")[0]["spareId"]
            attempts |= {"what the spare could see": "list /kobel-later", "... and who has it": f"list {kobel.data}/apps/{victim_id}"}
        attack(hostile, jars, attempts.values())
        if on_spare:
            assert ready in [one.get("spareId") for one in status(kobel)["clusters"] if not one["isSpare"]]
        wait_for(lambda: len(outcomes(hostile)) == len(attempts), "everything was tried")
        found = outcomes(hostile)
        assert {what: found[attempt] for what, attempt in attempts.items()} == dict.fromkeys(attempts, outcome), output(hostile).partition("count=")[0]
        assert victim.status() == "RUNNING" and hostile.status() == "RUNNING"
    finally:
        assert kobel.stop() == 0
    assert kobel.java_processes() == []


@pytest.mark.parametrize("spares", ["0", "1"])
def test_jobs_have_the_environment_that_the_daemon_passes_on(runtime, jars, tmp_path, monkeypatch, spares):
    monkeypatch.setenv("AWS_MARK", "theirs")
    monkeypatch.setenv("KOBEL_MARK", "own")
    kobel = Kobel(tmp_path, "--spares", spares, "--job-env", "GREETING=hello")
    try:
        application = Application(kobel, "surrounded")
        if spares == "1":
            sparing = Application(kobel, "sparing")
            sparing.create(jars["Counting"])
            wait_for(lambda: [one for one in status(kobel)["clusters"] if one.get("spare") == "READY"], "a spare is ready")
        # Without quotes: the program reads its properties as they are.
        wanted = {"run test $GREETING = hello": "DONE", "run test $AWS_MARK = theirs": "DONE", "run test -z $KOBEL_MARK": "DONE",
                  "run test $GREETING = goodbye": "REFUSED"}
        attack(application, jars, wanted)
        assert any("spareId" in one for one in status(kobel)["clusters"] if not one["isSpare"]) == (spares == "1")
        assert wait_for(lambda: len(outcomes(application)) == len(wanted) and outcomes(application), "everything was tried") == wanted
    finally:
        assert kobel.stop() == 0


@pytest.fixture
def limited(runtime, tmp_path):
    kobel = Kobel(tmp_path)
    if "memory" not in status(kobel)["limits"]:
        kobel.stop()
        pytest.skip("no control groups can be written here")
    yield kobel
    groups = control_groups(kobel)
    assert groups
    assert kobel.stop() == 0
    assert kobel.java_processes() == []
    assert not any(os.path.exists(group) for group in groups)


def control_groups(kobel):
    name = "kobel-" + hashlib.sha256(status(kobel)["dataDirectory"].encode()).hexdigest()[:16]
    return glob.glob(f"/sys/fs/cgroup/**/{name}", recursive=True)


def test_a_job_that_eats_memory_dies_alone(limited, jars):
    quiet = Application(limited, "quiet")
    quiet.create(jars["Counting"])
    quiet.start()
    recoveries = status(limited)["apps"][0]["recoveries"]
    eater = Application(limited, "eater")
    attack(eater, jars, ["memory"])
    lost = wait_for(lambda: [event for event in events(eater) if event["kind"] == "recovery" and event.get("phase") == "LOST"], "it was killed")
    assert re.search(r"taskmanager-1 was killed at its memory limit of \d+ MB", lost[0]["reason"]), lost[0]
    assert quiet.status() == "RUNNING" and [app for app in status(limited)["apps"] if app["name"] == "quiet"][0]["recoveries"] == recoveries
    counted = quiet.lines()[-1][1]
    quiet.wait_for_count(counted + 20)
    eater.stop(Force=True)


def test_threads_processes_and_files_in_tmp_stay_within(limited, jars):
    bomb = Application(limited, "bomb")
    attack(bomb, jars, ["threads 5000", "run :(){ :|: & };: 2>/dev/null; sleep 1; false", "fill /tmp/full"])
    # What it may not have is refused to it, or it dies of it; either way others live and the host has threads left.
    wait_for(lambda: outcomes(bomb).get("threads 5000") == "REFUSED" or any(event.get("phase") == "LOST" for event in events(bomb)), "it hits its limit")
    quiet = Application(limited, "quiet")
    quiet.create(jars["Counting"])
    quiet.start()
    quiet.wait_for_count(20)
    assert not os.path.exists("/tmp/full")
    bomb.stop(Force=True)
    quiet.stop(Force=True)


def processor_s(application):
    """What the application's TaskManager has used of the processor, its threads together."""
    cluster = next(one for one in status(application.kobel)["clusters"] if one["applicationId"] == application_id(application))
    pid, = application.kobel.java_pids(b"TaskManagerRunner", os.path.dirname(cluster["logDirectory"]))
    with open(f"/proc/{pid}/stat") as file:
        user, system = file.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def application_id(application):
    return next(one["id"] for one in status(application.kobel)["apps"] if one["name"] == application.name)


def test_a_greedy_application_leaves_the_other_its_share(limited, jars):
    applications = [Application(limited, name) for name in ("modest", "greedy")]
    cores = len(os.sched_getaffinity(0))
    for application, threads in zip(applications, (cores, 32 * cores)):
        attack(application, jars, [f"spin {threads}"])
        wait_for(lambda application=application: outcomes(application), f"{application.name} is busy")
    before = [processor_s(application) for application in applications]
    used = wait_for(lambda: (now := [processor_s(application) - start for application, start in zip(applications, before)]) and sum(now) > 5 and now,
                    "five seconds of the processor are used")
    # By threads alone the modest one would have one part in 33.
    assert used[0] > 0.35 * sum(used), used
    for application in applications:
        application.stop(Force=True)
