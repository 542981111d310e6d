#include "cli/host_facts.h"
#include "cli/terminal.h"

// A JobManager and a TaskManager of the profile dev, and what a JVM needs besides.
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
        findings_add(out, FINDING_ERROR, "Java", ADVICE, "no Java %d; found: %s", HOST_JAVA_WANTED,
                     facts->other_javas[0] == '\0' ? "none" : facts->other_javas);
}

static void judge_sandbox(const struct host_facts *facts, struct findings *out) {
    if (!facts->has_bubblewrap)
        findings_add(out, FINDING_ERROR, "sandbox",
                     "Install the Debian package bubblewrap, or serve with --sandbox none.",
                     "bubblewrap is not installed");
    else if (!facts->bubblewrap_works)
        findings_add(out, FINDING_ERROR, "sandbox",
                     "Allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
                     "kernel.apparmor_restrict_unprivileged_userns=0; in a container, "
                     "--security-opt seccomp=unconfined), or serve with --sandbox none.",
                     "bubblewrap is there and cannot make its namespaces");
    else
        findings_add(out, FINDING_GOOD, "sandbox", NULL, "bubblewrap works");
    if (facts->cgroups_are_writable)
        findings_add(out, FINDING_GOOD, "cgroups", NULL, "%s can be written", facts->cgroup);
    else
        findings_add(
            out, FINDING_HINT, "cgroups",
            "Not needed. For limits on processes run kobel as a systemd service with "
            "Delegate=yes.",
            "control groups cannot be written: JVMs are limited by their own options only");
}

static void judge_resources(const struct host_facts *facts, struct findings *out) {
    char memory[24];
    char disk[24];

    terminal_size(facts->memory_bytes, memory);
    terminal_size(facts->disk_bytes, disk);
    if (facts->memory_bytes < MEMORY_MIN_BYTES)
        findings_add(out, FINDING_ERROR, "memory", "Close something large, or add memory.",
                     "%s available; one application needs 1.2 GB", memory);
    else if (facts->memory_bytes < MEMORY_TWICE_BYTES)
        findings_add(out, FINDING_WARNING, "memory",
                     "An update stops the old job before the new cluster is launched when memory "
                     "does not take both: the gap is longer.",
                     "%s available: enough for one cluster at a time", memory);
    else
        findings_add(out, FINDING_GOOD, "memory", NULL, "%s available", memory);
    if (facts->disk_bytes < DISK_MIN_BYTES)
        findings_add(out, FINDING_WARNING, "disk", "Make room, or choose another --data.",
                     "%s free for %s; a runtime takes 0.5 GB, and state comes on top", disk,
                     facts->data_directory);
    else
        findings_add(out, FINDING_GOOD, "disk", NULL, "%s free for %s", disk,
                     facts->data_directory);
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
        findings_add(out, FINDING_ERROR, "port",
                     "Give another one: --port or KOBEL_PORT for `kobel serve`, --url or KOBEL_URL "
                     "for the clients.",
                     "something else has the port of %s", facts->url);
        break;
    }
}

static void judge_clock(const struct host_facts *facts, struct findings *out) {
    char now[24];

    terminal_time(facts->now_ms, now);
    if (facts->now_ms < YEAR_2025_MS || facts->now_ms > YEAR_2100_MS)
        findings_add(out, FINDING_ERROR, "clock",
                     "Set the clock: signatures, checkpoints and retention go by it.",
                     "it is %s by the clock", now);
    else
        findings_add(out, FINDING_GOOD, "clock", NULL, "%s", now);
}

static void judge_runtimes(const struct host_facts *facts, struct findings *out) {
    if (facts->runtimes[0] == '\0')
        findings_add(out, FINDING_ERROR, "runtimes", "kobel runtime install FLINK-1_20",
                     "no Flink runtime is in %s", facts->runtimes_directory);
    else
        findings_add(out, FINDING_GOOD, "runtimes", NULL, "%s in %s", facts->runtimes,
                     facts->runtimes_directory);
}

void host_findings(const struct host_facts *facts, struct findings *out) {
    judge_java(facts, out);
    judge_sandbox(facts, out);
    judge_resources(facts, out);
    judge_port(facts, out);
    judge_clock(facts, out);
    judge_runtimes(facts, out);
}
