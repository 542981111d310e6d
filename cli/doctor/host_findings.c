// What the facts about this machine mean for a user, and what to do about it.
#include "base/text.h"
#include "cli/client/terminal.h"
#include "cli/doctor/host_facts.h"
#include "runtime/fence/sandbox_holds.h"
#include "runtime/host/java.h"

// A JobManager and a TaskManager of the profile dev, with what a JVM needs in addition.
static const int64_t MEMORY_MIN_BYTES = (int64_t)1200 << 20;
static const int64_t MEMORY_TWICE_BYTES = (int64_t)2200 << 20;
static const int64_t DISK_MIN_BYTES = (int64_t)2 << 30;
// A clock before kobel was written, or after 2100, was never set.
static const int64_t YEAR_2025_MS = 1735689600000;
static const int64_t YEAR_2100_MS = 4102444800000;

static void judge_java(const struct host_facts *facts, struct findings *out) {
    static const char ADVICE[] =
        "Install the Debian package openjdk-17-jdk-headless, or set JAVA_HOME.";

    if (facts->java_home[0] != '\0')
        findings_add(out, FINDING_GOOD, "Java", NULL, "Java %d in %s", facts->java_major,
                     facts->java_home);
    else
        findings_add(out, FINDING_ERROR, "Java", ADVICE, "Java %d is not installed; found: %s",
                     JAVA_WANTED_MAJOR,
                     facts->other_javas[0] == '\0' ? "none" : facts->other_javas);
}

// What programs of applications can reach on this machine.
static void report_reach(const struct sandbox *sandbox, struct findings *out) {
    AUTO(buffer_release) struct buffer held = BUFFER_INIT(4096);
    AUTO(buffer_release) struct buffer open = BUFFER_INIT(4096);
    bool is_strong = sandbox_has_namespaces(sandbox->level) && sandbox_closes_ports(sandbox);

    sandbox_print_things(sandbox, true, &held);
    sandbox_print_things(sandbox, false, &open);
    if (held.size_bytes > 0)
        findings_add(out, FINDING_GOOD, "held back", NULL, "%s", buffer_text(&held));
    findings_add(out, is_strong ? FINDING_GOOD : FINDING_WARNING, "left open", NULL, "%s",
                 buffer_text(&open));
}

static void judge_sandbox(const struct host_facts *facts, struct findings *out) {
    static const char ADVICE[] =
        "For level full, install the Debian package bubblewrap and allow user namespaces "
        "(sysctl kernel.unprivileged_userns_clone=1, "
        "kernel.apparmor_restrict_unprivileged_userns=0; in a container, --security-opt "
        "seccomp=unconfined --security-opt systempaths=unconfined).";
    const struct sandbox *sandbox = &facts->sandbox;

    if (!facts->sandbox_works) {
        findings_add(out, FINDING_ERROR, "sandbox", ADVICE, "%s", facts->sandbox_failure);
        return;
    }
    if (facts->refusals.why[SANDBOX_FULL][0] == '\0')
        findings_add(out, FINDING_GOOD, "sandbox", NULL, "level %s",
                     sandbox_level_name(sandbox->level));
    else
        findings_add(out, sandbox->level == SANDBOX_CONTAINED ? FINDING_HINT : FINDING_WARNING,
                     "sandbox", ADVICE, "level %s; %s%s%s", sandbox_level_name(sandbox->level),
                     facts->refusals.why[SANDBOX_FULL],
                     facts->refusals.why[SANDBOX_CONTAINED][0] == '\0' ? "" : "; ",
                     facts->refusals.why[SANDBOX_CONTAINED]);
    report_reach(sandbox, out);
}

static void judge_user(const struct host_facts *facts, struct findings *out) {
    if (facts->is_root)
        findings_add(out, FINDING_WARNING, "user", "Run kobel as a user without privileges.",
                     "kobel runs as root: a program that escapes from its sandbox is root, too");
}

static void judge_control_groups(const struct host_facts *facts, struct findings *out) {
    if (!text_equal(facts->limits, "none"))
        findings_add(out, FINDING_GOOD, "cgroups", NULL, "limits on %s work", facts->limits);
    else
        findings_add(
            out, FINDING_HINT, "cgroups",
            "This is optional. For limits on processes, run kobel as a systemd service with "
            "Delegate=yes.",
            "kobel cannot create control groups: only the options of the JVMs limit their "
            "memory");
}

static void judge_memory(const struct host_facts *facts, struct findings *out) {
    char memory[24];

    terminal_size(facts->memory_bytes, memory);
    if (facts->memory_bytes < MEMORY_MIN_BYTES)
        findings_add(out, FINDING_ERROR, "memory",
                     "End programs that use much memory, or add memory.",
                     "%s is available; one application needs 1.2 GB", memory);
    else if (facts->memory_bytes < MEMORY_TWICE_BYTES)
        findings_add(
            out, FINDING_WARNING, "memory",
            "Add memory for shorter interruptions: an update now stops the old job before it "
            "launches the new cluster.",
            "%s is available: enough for one cluster at a time", memory);
    else
        findings_add(out, FINDING_GOOD, "memory", NULL, "%s is available", memory);
}

static void judge_runtimes(const struct host_facts *facts, struct findings *out) {
    if (facts->runtimes[0] == '\0')
        findings_add(out, FINDING_ERROR, "runtimes",
                     "Install one: kobel runtime install FLINK-1_20",
                     "no Flink runtime is installed in %s", facts->runtimes_directory);
    else
        findings_add(out, FINDING_GOOD, "runtimes", NULL, "%s in %s", facts->runtimes,
                     facts->runtimes_directory);
    if (facts->outdated_runtimes[0] != '\0') {
        char advice[200];
        (void)text_format(advice, sizeof advice, "Install again: kobel runtime install %s",
                          facts->outdated_runtimes);
        findings_add(out, FINDING_WARNING, "runtimes", advice,
                     "an earlier kobel installed %s: programs may miss classes there",
                     facts->outdated_runtimes);
    }
    if (facts->python_runtime != NULL && !facts->has_python) {
        char advice[100];
        (void)text_format(advice, sizeof advice, "Install it: kobel runtime install %s --python",
                          facts->python_runtime);
        findings_add(out, FINDING_WARNING, "runtimes", advice, "%s is not installed with Python",
                     facts->python_runtime);
    }
}

static void judge_directories(const struct host_facts *facts, struct findings *out) {
    char disk[24];

    if (facts->directory_failure[0] != '\0') {
        findings_add(out, FINDING_ERROR, "directories",
                     "Set HOME, or choose the directories with --data and --runtimes.",
                     "there is no default directory: %s", facts->directory_failure);
        return;
    }
    terminal_size(facts->disk_bytes, disk);
    if (facts->disk_bytes < DISK_MIN_BYTES)
        findings_add(
            out, FINDING_WARNING, "disk",
            "Free some disk space, or choose another directory with --data.",
            "%s is free for %s; a runtime needs 0.5 GB, and the state of applications needs "
            "more",
            disk, facts->data_directory);
    else
        findings_add(out, FINDING_GOOD, "disk", NULL, "%s is free for %s", disk,
                     facts->data_directory);
    judge_runtimes(facts, out);
}

static void judge_port(const struct host_facts *facts, struct findings *out) {
    switch (facts->port) {
    case HOST_PORT_FREE:
        findings_add(out, FINDING_GOOD, "port", NULL, "%s is free", facts->url);
        break;
    case HOST_PORT_KOBEL:
        findings_add(out, FINDING_GOOD, "port", NULL, "a kobel daemon answers at %s", facts->url);
        break;
    case HOST_PORT_TAKEN:
        findings_add(
            out, FINDING_ERROR, "port",
            "Choose another port: --port or KOBEL_PORT for `kobel serve`, --url or KOBEL_URL "
            "for the other commands.",
            "another program uses the port of %s", facts->url);
        break;
    }
}

static void judge_clock(const struct host_facts *facts, struct findings *out) {
    char now[24];

    terminal_time(facts->now_ms, now);
    if (facts->now_ms < YEAR_2025_MS || facts->now_ms > YEAR_2100_MS)
        findings_add(out, FINDING_ERROR, "clock",
                     "Set the clock: signatures and the retention of snapshots depend on it.",
                     "the clock shows %s, which cannot be right", now);
    else
        findings_add(out, FINDING_GOOD, "clock", NULL, "%s", now);
}

void host_findings(const struct host_facts *facts, struct findings *out) {
    judge_java(facts, out);
    judge_sandbox(facts, out);
    judge_user(facts, out);
    judge_control_groups(facts, out);
    judge_memory(facts, out);
    judge_port(facts, out);
    judge_clock(facts, out);
    judge_directories(facts, out);
}
