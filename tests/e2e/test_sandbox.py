"""A hostile program: each attempt to escape fails in the sandbox, and succeeds without one. It cannot use up the machine either."""

import contextlib
import glob
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess

import pytest

import hostile
from kobel import BINARY, Application, Kobel, processor_s, wait_for


def status(kobel):
    return kobel.get("/kobel/v1/status")


def output(application):
    """The output of all TaskManagers."""
    found = ""
    for cluster in status(application.kobel)["clusters"]:
        path = os.path.join(cluster["logDirectory"], "taskmanager-1.out")
        if os.path.exists(path):
            with open(path, errors="replace") as file:
                found += file.read()
    return found


def outcomes(application):
    return hostile.outcomes(output(application))


def attack(application, jars, attempts, **configuration):
    # A property for each, as a property has at most 2048 characters.
    listed = {f"attempts{index:03}": attempt for index, attempt in enumerate(attempts)}
    groups = {"PropertyGroups": [{"PropertyGroupId": f"job{first}", "PropertyMap": dict(list(listed.items())[first:first + 50])}
                                 for first in range(0, len(listed), 50)]}
    application.create(jars["Hostile"], EnvironmentProperties=groups, **configuration)
    application.start()


def level_or_skip(name):
    """Skips the test where this machine does not allow the level, with the reason."""
    printed = subprocess.run([BINARY, "doctor", "--json"], env={**os.environ, "KOBEL_SANDBOX": name}, capture_output=True, text=True, check=False).stdout
    trouble = [one["text"] for one in json.loads(printed)["host"] if one["subject"] == "sandbox" and one["severity"] == "error"]
    if trouble:
        pytest.skip(trouble[0])


@pytest.mark.parametrize("level", ["full", "full on a spare", "contained", "contained on a spare", "scoped", "none"])
def test_a_sandbox_level_prevents_exactly_what_the_status_lists(runtime, jars, tmp_path, level):
    level, _, on_spare = level.partition(" ")
    level_or_skip(level)
    with Kobel(tmp_path / "kobel", "--sandbox", level, *(["--spares", "1"] if on_spare else [])) as kobel:
        victim = Application(kobel, "victim")
        victim.create(jars["Counting"])
        victim.start()
        victim_id = status(kobel)["apps"][0]["id"]
        cluster = next(one for one in status(kobel)["clusters"] if one["applicationId"] == victim_id)
        holds = status(kobel)["sandboxHoldsBack"]
        with hostile.surroundings(tmp_path) as host:
            tried = hostile.attempts_on(kobel, cluster, host)
            assert tried.keys() == holds.keys()
            # An attempt that fails outside of a sandbox too proves nothing, where the level allows it.
            wanted = {what: (attempt, "REFUSED" if holds[thing] else "DONE") for thing, attempts in tried.items()
                      for what, attempt in attempts.items() if holds[thing] or hostile.is_possible(attempt)}
            if holds["kernel"]:
                wanted |= {what: (attempt, "REFUSED") for what, attempt in hostile.escapes().items()}
            if level in ("full", "contained"):
                wanted |= {what: (attempt, "REFUSED") for what, attempt in hostile.files_in_memory().items()}
            attacker = Application(kobel, "hostile")
            if on_spare:
                ready = wait_for(lambda: [one for one in status(kobel)["clusters"] if one.get("spare") == "READY"], "a spare is ready")[0]["spareId"]
                wanted |= {"what the spare could see": ("list /kobel-later", "REFUSED"), "... and who has it": (f"list {kobel.data}/apps/{victim_id}", "REFUSED")}
            attack(attacker, jars, [attempt for attempt, _ in wanted.values()])
            if on_spare:
                assert ready in [one.get("spareId") for one in status(kobel)["clusters"] if not one["isSpare"]]
            wait_for(lambda: len(outcomes(attacker)) == len(wanted), "all attempts are made")
            found = outcomes(attacker)
        assert {what: found[attempt] for what, (attempt, _) in wanted.items()} == {what: outcome for what, (_, outcome) in wanted.items()}, \
            output(attacker).partition("count=")[0]
        assert victim.status() == "RUNNING" and attacker.status() == "RUNNING"


def sleeping(seconds):
    found = set()
    for line in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if line.read_bytes() == f"sleep\0{seconds}\0".encode():
                found.add(int(line.parent.name))
    return found


@pytest.mark.parametrize("level", ["full", "scoped", "none"])
def test_programs_that_a_job_has_started_end_with_its_cluster(runtime, jars, tmp_path, level):
    """Programs in a new session, started by a thread of a task; one of them has lost its parent."""
    level_or_skip(level)
    kobel = Kobel(tmp_path / "kobel", "--sandbox", level)
    seconds = [f"600.{os.getpid()}{digit}" for digit in (1, 2)]

    def all_sleeping(but=()):
        found = [sleeping(one) - set(but) for one in seconds]
        return all(found) and set.union(*found)
    try:
        application = Application(kobel, "leaving")
        attack(application, jars, [f"run setsid sleep {seconds[0]} >/dev/null 2>&1 &", f"run exec setsid sleep {seconds[1]}"])
        first = wait_for(all_sleeping, "both programs run")
        taskmanager, = kobel.java_pids(b"TaskManagerRunner")
        os.kill(taskmanager, signal.SIGKILL)
        second = wait_for(lambda: all_sleeping(but=first), "the recovered job has started them again")
        wait_for(lambda: not first & set.union(*map(sleeping, seconds)), "those of the first cluster are killed")
        application.stop(Force=True)
        wait_for(lambda: not second & set.union(*map(sleeping, seconds)), "those of the second cluster are killed")
    finally:
        assert kobel.stop() == 0
    assert not any(map(sleeping, seconds))


def test_the_daemon_does_not_write_through_a_link_of_a_job(runtime, jars, tmp_path):
    """After a failed update the old cluster gets the code again, but its program has replaced the directory of jars by a link."""
    victim = tmp_path / "victim"
    victim.mkdir()
    with Kobel(tmp_path / "kobel") as kobel:
        application = Application(kobel, "leading")
        cluster = "cd $(dirname $FLINK_CONF_DIR)"
        wanted = [f"run {cluster}/jars && mv flink-web-upload away && ln -s {victim} flink-web-upload"]
        # Without namespaces a job may not change permissions, not even of its own files.
        if status(kobel)["sandbox"] in ("full", "contained"):
            wanted.append(f"run {cluster} && chmod 555 work")
        attack(application, jars, wanted, ApplicationSystemRollbackConfiguration={"RollbackEnabled": True})
        found = wait_for(lambda: len(outcomes(application)) == len(wanted) and outcomes(application), "all attempts are made")
        assert found == dict.fromkeys(wanted, "DONE"), output(application).partition("count=")[0]
        application.update_configuration(**application.new_code(jars["Throws"]))
        assert application.settle() == "RUNNING"
        assert "the directory of a job's code cannot be used" in json.dumps(application.events())
        assert list(victim.iterdir()) == []


@pytest.mark.parametrize("level", ["full", "contained", "scoped", "none"])
def test_programs_find_their_properties_and_host_names(runtime, jars, tmp_path, level):
    level_or_skip(level)
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n192.0.2.7 kafka broker.example\n")
    wrapper = hostile.inside(str(hosts))
    # Without user namespaces the names of the host are used.
    named = subprocess.run([*wrapper, "true"], check=False).returncode == 0
    with Kobel(tmp_path / "kobel", "--sandbox", level, wrapper=wrapper if named else ()) as kobel:
        application = Application(kobel, "reading")
        names = ["kafka", "broker.example"] if named else names_of_this_host()
        wanted = [f"file {hostile.PROPERTIES}", f"run grep -q attempts {hostile.PROPERTIES}", f"run test -s {hostile.PROPERTIES}",
                  hostile.python(f"import os; assert os.path.isfile({hostile.PROPERTIES!r}) and 'attempts' in open({hostile.PROPERTIES!r}).read()"),
                  "run getent hosts localhost", *(f"run getent hosts {name}" for name in names)]
        attack(application, jars, wanted)
        found = wait_for(lambda: len(outcomes(application)) == len(set(wanted)) and outcomes(application), "all attempts are made")
        assert found == dict.fromkeys(wanted, "DONE"), output(application).partition("count=")[0]


def names_of_this_host():
    with open("/etc/hosts") as file:
        return {name for line in file for name in line.partition("#")[0].split()[1:]}


# Namespaces simulate hosts that are like some containers; each has another best level.
@pytest.mark.parametrize("host, level, reason", [(None, None, None), ("masked", "contained", "bwrap: Can't mount proc"),
                                                 ("bare", "scoped", "bwrap: Creating new namespace failed")])
def test_doctor_and_daemon_report_the_same(runtime, jars, tmp_path, monkeypatch, host, level, reason):
    wrapper = hostile.inside(host) if host else []
    if subprocess.run([*wrapper, "true"], check=False).returncode != 0:
        pytest.skip("this machine allows no user namespaces")
    # The rest of a removed JDK must not be used.
    (tmp_path / "rest-of-java").mkdir()
    (tmp_path / "rest-of-java" / "release").write_text('JAVA_VERSION="17.0.1"\n')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "rest-of-java"))
    done = subprocess.run([*wrapper, BINARY, "doctor", "--json"], capture_output=True, text=True, check=False)
    findings = {one["subject"]: one["text"] for one in json.loads(done.stdout)["host"]}
    wait_for(lambda: not glob.glob("/sys/fs/cgroup/**/kobel-try-*", recursive=True), "the control groups of the check are removed")
    sandbox = findings["sandbox"]
    with Kobel(tmp_path / "kobel", wrapper=wrapper) as kobel:
        chosen, limits = status(kobel)["sandbox"], status(kobel)["limits"]
        assert findings["cgroups"].startswith("kobel cannot create control groups" if limits == "none" else f"limits on {limits} work"), limits
        assert findings["Java"] == f"Java 17 in {status(kobel)['java']}"
        assert sandbox.startswith(f"level {chosen}") and (level is None or chosen == level)
        with open(os.path.join(kobel.data, "daemon.log")) as file:
            log = file.read()
        assert reason is None or (reason in sandbox and reason in log)
        application = Application(kobel, "labelled")
        application.create(jars["Counting"], "mine")
        application.start()
        application.wait_for_count(3, "mine")


@pytest.mark.parametrize("spares", ["0", "1"])
def test_jobs_get_the_environment_variables_that_the_daemon_passes_on(runtime, jars, tmp_path, monkeypatch, spares):
    monkeypatch.setenv("AWS_MARK", "theirs")
    monkeypatch.setenv("KOBEL_MARK", "own")
    with Kobel(tmp_path, "--spares", spares, "--job-env", "GREETING=hello") as kobel:
        application = Application(kobel, "surrounded")
        if spares == "1":
            sparing = Application(kobel, "sparing")
            sparing.create(jars["Counting"])
            wait_for(lambda: [one for one in status(kobel)["clusters"] if one.get("spare") == "READY"], "a spare is ready")
        # Without quotes, which the program would not remove.
        wanted = {"run test $GREETING = hello": "DONE", "run test $AWS_MARK = theirs": "DONE", "run test -z $KOBEL_MARK": "DONE",
                  "run test $GREETING = goodbye": "REFUSED"}
        attack(application, jars, wanted)
        assert any("spareId" in one for one in status(kobel)["clusters"] if not one["isSpare"]) == (spares == "1")
        assert wait_for(lambda: len(outcomes(application)) == len(wanted) and outcomes(application), "all attempts are made") == wanted


@pytest.fixture
def limited(runtime, tmp_path):
    with Kobel(tmp_path) as kobel:
        if "memory" not in status(kobel)["limits"]:
            pytest.skip("no control groups can be written here")
        yield kobel
        groups = control_groups(kobel)
        assert groups
    assert not any(os.path.exists(group) for group in groups)


def control_groups(kobel):
    name = "kobel-" + hashlib.sha256(status(kobel)["dataDirectory"].encode()).hexdigest()[:16]
    return glob.glob(f"/sys/fs/cgroup/**/{name}", recursive=True)


def test_a_job_that_exceeds_its_memory_limit_is_killed_alone(limited, jars):
    quiet = Application(limited, "quiet")
    quiet.create(jars["Counting"])
    quiet.start()
    recoveries = status(limited)["apps"][0]["recoveries"]
    eater = Application(limited, "eater")
    attack(eater, jars, ["memory"])
    lost = wait_for(lambda: [event for event in eater.events("recovery") if event.get("phase") == "LOST"], "the TaskManager was killed")
    assert re.search(r"taskmanager-1 was killed at its memory limit of \d+ MB", lost[0]["reason"]), lost[0]
    assert quiet.status() == "RUNNING" and [app for app in status(limited)["apps"] if app["name"] == "quiet"][0]["recoveries"] == recoveries
    counted = quiet.lines()[-1][1]
    quiet.wait_for_count(counted + 20)
    eater.stop(Force=True)


def test_threads_processes_and_files_in_tmp_are_limited(limited, jars):
    bomb = Application(limited, "bomb")
    attack(bomb, jars, ["threads 5000", "run :(){ :|: & };: 2>/dev/null; sleep 1; false", "fill /tmp/full"])
    # The kernel refuses more to it, or it is killed; in both cases others run, and the host has threads left.
    wait_for(lambda: outcomes(bomb).get("threads 5000") == "REFUSED" or any(event.get("phase") == "LOST" for event in bomb.events()), "it reaches its limit")
    quiet = Application(limited, "quiet")
    quiet.create(jars["Counting"])
    quiet.start()
    quiet.wait_for_count(20)
    assert not os.path.exists("/tmp/full")
    bomb.stop(Force=True)
    quiet.stop(Force=True)


def taskmanager(application):
    """The process id of the application's TaskManager."""
    id = application.show()["id"]
    cluster = next(one for one in application.kobel.clusters() if one["applicationId"] == id)
    pid, = application.kobel.java_pids(b"TaskManagerRunner", os.path.dirname(cluster["logDirectory"]))
    return pid


def taskmanager_s(application):
    return processor_s(taskmanager(application))


def weight(application):
    """The weight of the control group of the application's TaskManager, by which the kernel divides the processor."""
    groups = (group for root in control_groups(application.kobel) for group in pathlib.Path(root).rglob("*") if group.is_dir())
    own = [group for group in groups if str(taskmanager(application)) in (group / "cgroup.procs").read_text().split()]
    found, = [int((group / name).read_text()) for group in own for name in ("cpu.weight", "cpu.shares") if (group / name).exists()]
    return found


def test_a_greedy_application_does_not_reduce_the_share_of_another(limited, jars):
    applications = [Application(limited, name) for name in ("modest", "greedy")]
    cores = len(os.sched_getaffinity(0))
    for application, threads in zip(applications, (cores, 32 * cores)):
        attack(application, jars, [f"spin {threads}"])
        wait_for(lambda application=application: outcomes(application), f"{application.name} is busy")
    assert len({weight(application) for application in applications}) == 1

    def modest_share():
        """The share of the modest one in the next five seconds of the processor that both use."""
        before = [taskmanager_s(application) for application in applications]
        used = wait_for(lambda: (now := [taskmanager_s(application) - start for application, start in zip(applications, before)]) and sum(now) > 5 and now,
                        "five seconds of the processor are used")
        return used[0] / sum(used)
    # By number of threads it would have 1 of 33 parts. Other processes of the machine may disturb the balance for a while.
    wait_for(lambda: modest_share() > 0.35, "the modest one has its share")
    for application in applications:
        application.stop(Force=True)
