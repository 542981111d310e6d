"""A hostile program: each attempt to get out fails in the sandbox, and would succeed without one; its hunger stays its own."""

import contextlib
import glob
import hashlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import urllib.request

import pytest

import hostile
from kobel import BINARY, PATIENCE_S, Application, Kobel, wait_for


def status(kobel):
    return json.load(urllib.request.urlopen(f"{kobel.url}/kobel/v1/status", timeout=PATIENCE_S))


def events(application):
    url = f"{application.kobel.url}/kobel/v1/applications/{application.name}/events?limit=1000"
    return json.load(urllib.request.urlopen(url, timeout=PATIENCE_S))["events"]


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
    return hostile.outcomes(output(application))


def attack(application, jars, attempts, **configuration):
    # One property each, since each has 2048 characters at most.
    listed = {f"attempts{index:03}": attempt for index, attempt in enumerate(attempts)}
    groups = {"PropertyGroups": [{"PropertyGroupId": f"job{first}", "PropertyMap": dict(list(listed.items())[first:first + 50])}
                                 for first in range(0, len(listed), 50)]}
    application.create(jars["Hostile"], EnvironmentProperties=groups, **configuration)
    application.start()


def level_or_skip(name):
    """Machines differ: a level that cannot be had here is said to be skipped, with the reason."""
    told = subprocess.run([BINARY, "doctor", "--json"], env={**os.environ, "KOBEL_SANDBOX": name}, capture_output=True, text=True, check=False).stdout
    trouble = [one["text"] for one in json.loads(told)["host"] if one["subject"] == "sandbox" and one["severity"] == "error"]
    if trouble:
        pytest.skip(trouble[0])


@pytest.mark.parametrize("level", ["full", "full on a spare", "contained", "contained on a spare", "scoped", "none"])
def test_a_level_holds_back_what_the_table_says_and_nothing_else(runtime, jars, tmp_path, level):
    level, _, on_spare = level.partition(" ")
    level_or_skip(level)
    kobel = Kobel(tmp_path / "kobel", "--sandbox", level, *(["--spares", "1"] if on_spare else []))
    try:
        victim = Application(kobel, "victim")
        victim.create(jars["Counting"])
        victim.start()
        victim_id = status(kobel)["apps"][0]["id"]
        cluster = next(one for one in status(kobel)["clusters"] if one["applicationId"] == victim_id)
        holds = status(kobel)["sandboxHoldsBack"]
        with hostile.surroundings(tmp_path) as host:
            tried = hostile.attempts_on(kobel, cluster, host)
            assert tried.keys() == holds.keys()
            # What the user could not do outside either shows nothing where it is meant to be open.
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
            wait_for(lambda: len(outcomes(attacker)) == len(wanted), "everything was tried")
            found = outcomes(attacker)
        assert {what: found[attempt] for what, (attempt, _) in wanted.items()} == {what: outcome for what, (_, outcome) in wanted.items()}, \
            output(attacker).partition("count=")[0]
        assert victim.status() == "RUNNING" and attacker.status() == "RUNNING"
    finally:
        assert kobel.stop() == 0
    assert kobel.java_processes() == []


def sleeping(seconds):
    found = set()
    for line in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if line.read_bytes() == f"sleep\0{seconds}\0".encode():
                found.add(int(line.parent.name))
    return found


@pytest.mark.parametrize("level", ["full", "scoped", "none"])
def test_nothing_that_a_program_has_started_outlives_its_cluster(runtime, jars, tmp_path, level):
    """In a session of its own, by a thread of a task; and once more without a parent."""
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
        second = wait_for(lambda: all_sleeping(but=first), "the job is back, and has started them again")
        wait_for(lambda: not first & set.union(*map(sleeping, seconds)), "those of the first cluster are gone")
        application.stop(Force=True)
        wait_for(lambda: not second & set.union(*map(sleeping, seconds)), "those of the second are gone")
    finally:
        assert kobel.stop() == 0
    assert not any(map(sleeping, seconds))


def test_nothing_is_written_where_a_job_leads_the_daemon(runtime, jars, tmp_path):
    """The old cluster of an update that failed gets its job again, but its program has put a link in the place of Flink's jars."""
    victim = tmp_path / "victim"
    victim.mkdir()
    kobel = Kobel(tmp_path / "kobel")
    try:
        application = Application(kobel, "leading")
        cluster = "cd $(dirname $FLINK_CONF_DIR)"
        wanted = [f"run {cluster}/jars && mv flink-web-upload away && ln -s {victim} flink-web-upload"]
        # In the host's namespaces rights of files stay as they are, those of a job's own as well.
        if status(kobel)["sandbox"] in ("full", "contained"):
            wanted.append(f"run {cluster} && chmod 555 work")
        attack(application, jars, wanted, ApplicationSystemRollbackConfiguration={"RollbackEnabled": True})
        found = wait_for(lambda: len(outcomes(application)) == len(wanted) and outcomes(application), "everything was tried")
        assert found == dict.fromkeys(wanted, "DONE"), output(application).partition("count=")[0]
        application.update_configuration(**application.new_code(jars["Throws"]))
        assert application.settle() == "RUNNING"
        assert "the directory of a job's code cannot be used" in json.dumps(events(application))
        assert list(victim.iterdir()) == []
    finally:
        assert kobel.stop() == 0


@pytest.mark.parametrize("level", ["full", "contained", "scoped", "none"])
def test_properties_and_names_are_where_programs_look_for_them(runtime, jars, tmp_path, level):
    level_or_skip(level)
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n192.0.2.7 kafka broker.example\n")
    wrapper = hostile.inside(str(hosts))
    # Without user namespaces the host's own names have to do.
    named = subprocess.run([*wrapper, "true"], check=False).returncode == 0
    kobel = Kobel(tmp_path / "kobel", "--sandbox", level, wrapper=wrapper if named else ())
    try:
        application = Application(kobel, "reading")
        names = ["kafka", "broker.example"] if named else names_of_this_host()
        wanted = [f"file {hostile.PROPERTIES}", f"run grep -q attempts {hostile.PROPERTIES}", f"run test -s {hostile.PROPERTIES}",
                  hostile.python(f"import os; assert os.path.isfile({hostile.PROPERTIES!r}) and 'attempts' in open({hostile.PROPERTIES!r}).read()"),
                  "run getent hosts localhost", *(f"run getent hosts {name}" for name in names)]
        attack(application, jars, wanted)
        found = wait_for(lambda: len(outcomes(application)) == len(set(wanted)) and outcomes(application), "everything was tried")
        assert found == dict.fromkeys(wanted, "DONE"), output(application).partition("count=")[0]
    finally:
        assert kobel.stop() == 0


def names_of_this_host():
    with open("/etc/hosts") as file:
        return {name for line in file for name in line.partition("#")[0].split()[1:]}


# On hosts that are like some containers, made by namespaces; each has its own best level.
@pytest.mark.parametrize("host, level, reason", [(None, None, None), ("masked", "contained", "bwrap: Can't mount proc"),
                                                 ("bare", "scoped", "bwrap: Creating new namespace failed")])
def test_doctor_and_daemon_agree(runtime, jars, tmp_path, monkeypatch, host, level, reason):
    wrapper = hostile.inside(host) if host else []
    if subprocess.run([*wrapper, "true"], check=False).returncode != 0:
        pytest.skip("this machine allows no user namespaces")
    # What is left of a JDK that was removed is none.
    (tmp_path / "rest-of-java").mkdir()
    (tmp_path / "rest-of-java" / "release").write_text('JAVA_VERSION="17.0.1"\n')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "rest-of-java"))
    done = subprocess.run([*wrapper, BINARY, "doctor", "--json"], capture_output=True, text=True, check=False)
    told = {one["subject"]: one["text"] for one in json.loads(done.stdout)["host"]}
    wait_for(lambda: not glob.glob("/sys/fs/cgroup/**/kobel-try-*", recursive=True), "no group is left of what doctors try")
    said = told["sandbox"]
    kobel = Kobel(tmp_path / "kobel", wrapper=wrapper)
    try:
        chosen, limits = status(kobel)["sandbox"], status(kobel)["limits"]
        assert told["cgroups"].startswith("no control group can be made" if limits == "none" else f"{limits} can be limited"), limits
        assert told["Java"] == f"Java 17 in {status(kobel)['java']}"
        assert said.startswith(f"level {chosen}") and (level is None or chosen == level)
        with open(os.path.join(kobel.data, "daemon.log")) as file:
            log = file.read()
        assert reason is None or (reason in said and reason in log)
        application = Application(kobel, "labelled")
        application.create(jars["Counting"], "mine")
        application.start()
        application.wait_for_count(3, "mine")
    finally:
        assert kobel.stop() == 0


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


def weight(application):
    """What the kernel divides the processor by, of the group that the application's TaskManager is in."""
    cluster = next(one for one in status(application.kobel)["clusters"] if one["applicationId"] == application_id(application))
    pid, = application.kobel.java_pids(b"TaskManagerRunner", os.path.dirname(cluster["logDirectory"]))
    groups = (group for root in control_groups(application.kobel) for group in pathlib.Path(root).rglob("*") if group.is_dir())
    own = [group for group in groups if str(pid) in (group / "cgroup.procs").read_text().split()]
    found, = [int((group / name).read_text()) for group in own for name in ("cpu.weight", "cpu.shares") if (group / name).exists()]
    return found


def application_id(application):
    return next(one["id"] for one in status(application.kobel)["apps"] if one["name"] == application.name)


def test_a_greedy_application_leaves_the_other_its_share(limited, jars):
    applications = [Application(limited, name) for name in ("modest", "greedy")]
    cores = len(os.sched_getaffinity(0))
    for application, threads in zip(applications, (cores, 32 * cores)):
        attack(application, jars, [f"spin {threads}"])
        wait_for(lambda application=application: outcomes(application), f"{application.name} is busy")
    assert len({weight(application) for application in applications}) == 1

    def modest_share():
        """Of the next five seconds of the processor that both use."""
        before = [processor_s(application) for application in applications]
        used = wait_for(lambda: (now := [processor_s(application) - start for application, start in zip(applications, before)]) and sum(now) > 5 and now,
                        "five seconds of the processor are used")
        return used[0] / sum(used)
    # By threads alone the modest one would have one part in 33. What others on this machine want may disturb the balance for a while.
    wait_for(lambda: modest_share() > 0.35, "the modest one has its share")
    for application in applications:
        application.stop(Force=True)
