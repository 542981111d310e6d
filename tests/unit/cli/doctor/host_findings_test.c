// The findings about machines.
#include "base/text.h"
#include "cli/doctor/host_facts.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct findings found;

static struct host_facts good(void) {
    return (struct host_facts){.java_home = "/usr/lib/jvm/java-17",
                               .java_major = 17,
                               .sandbox_works = true,
                               .sandbox = {.level = SANDBOX_FULL, .landlock = 7},
                               .limits = "memory, cpu, pids (v2)",
                               .memory_bytes = (int64_t)8 << 30,
                               .disk_bytes = (int64_t)50 << 30,
                               .now_ms = 1800000000000,
                               .runtimes = "FLINK-1_20"};
}

static enum finding_severity severity_of(const struct host_facts *facts, const char *subject) {
    enum finding_severity worst = FINDING_GOOD;

    found = (struct findings){0};
    host_findings(facts, &found);
    for (size_t index = 0; index < found.count; index++)
        if (text_equal(found.list[index].subject, subject) && found.list[index].severity > worst)
            worst = found.list[index].severity;
    return worst;
}

Test(host_findings, a_good_machine_has_nothing_to_be_done) {
    struct host_facts facts = good();

    found = (struct findings){0};
    host_findings(&facts, &found);
    cr_assert(eq(sz, findings_count(&found, FINDING_GOOD), found.count));
}

Test(host_findings, each_missing_thing_is_reported) {
    struct host_facts facts = good();

    facts.java_home[0] = '\0';
    cr_assert(eq(int, severity_of(&facts, "Java"), FINDING_ERROR));
    facts.is_root = true;
    cr_assert(eq(int, severity_of(&facts, "user"), FINDING_WARNING));
    facts.sandbox_works = false;
    cr_assert(eq(int, severity_of(&facts, "sandbox"), FINDING_ERROR));
    (void)text_copy(facts.limits, sizeof facts.limits, "none");
    cr_assert(eq(int, severity_of(&facts, "cgroups"), FINDING_HINT));
    facts.memory_bytes = (int64_t)1500 << 20;
    cr_assert(eq(int, severity_of(&facts, "memory"), FINDING_WARNING));
    facts.memory_bytes = (int64_t)500 << 20;
    cr_assert(eq(int, severity_of(&facts, "memory"), FINDING_ERROR));
    facts.disk_bytes = 0;
    cr_assert(eq(int, severity_of(&facts, "disk"), FINDING_WARNING));
    facts.port = HOST_PORT_KOBEL;
    cr_assert(eq(int, severity_of(&facts, "port"), FINDING_GOOD));
    facts.port = HOST_PORT_TAKEN;
    cr_assert(eq(int, severity_of(&facts, "port"), FINDING_ERROR));
    facts.now_ms = 0;
    cr_assert(eq(int, severity_of(&facts, "clock"), FINDING_ERROR));
    facts.runtimes[0] = '\0';
    cr_assert(eq(int, severity_of(&facts, "runtimes"), FINDING_ERROR));
}

Test(host_findings, a_runtime_of_an_earlier_kobel_is_named_with_the_command_that_replaces_it) {
    struct host_facts facts = good();

    (void)text_copy(facts.outdated_runtimes, sizeof facts.outdated_runtimes,
                    "FLINK-1_18 FLINK-2_2");
    cr_assert(eq(int, severity_of(&facts, "runtimes"), FINDING_WARNING));
    cr_assert_not_null(
        strstr(found.list[found.count - 1].advice, "kobel runtime install FLINK-1_18 FLINK-2_2"));
}

Test(host_findings, a_runtime_without_python_is_reported_where_a_program_needs_it) {
    struct host_facts facts = good();

    cr_assert(eq(int, severity_of(&facts, "runtimes"), FINDING_GOOD));
    facts.python_runtime = "FLINK-1_20";
    cr_assert(eq(int, severity_of(&facts, "runtimes"), FINDING_WARNING));
    cr_assert_not_null(
        strstr(found.list[found.count - 1].advice, "kobel runtime install FLINK-1_20 --python"));
    facts.has_python = true;
    cr_assert(eq(int, severity_of(&facts, "runtimes"), FINDING_GOOD));
}

Test(host_findings, without_a_default_directory_disk_and_runtimes_are_not_judged) {
    struct host_facts facts = good();

    (void)text_copy(facts.directory_failure, sizeof facts.directory_failure,
                    "neither HOME nor XDG_DATA_HOME is set");
    facts.disk_bytes = 0;
    facts.runtimes[0] = '\0';
    cr_assert(eq(int, severity_of(&facts, "directories"), FINDING_ERROR));
    cr_assert(eq(int, severity_of(&facts, "disk"), FINDING_GOOD));
    cr_assert(eq(int, severity_of(&facts, "runtimes"), FINDING_GOOD));
}

Test(host_findings, a_weaker_sandbox_is_reported_with_its_reason_and_what_it_leaves_open) {
    struct host_facts facts = good();
    bool has_reason = false;

    facts.sandbox.level = SANDBOX_CONTAINED;
    (void)text_copy(facts.refusals.why[SANDBOX_FULL], sizeof facts.refusals.why[SANDBOX_FULL],
                    "bwrap: Can't mount proc");
    cr_assert(eq(int, severity_of(&facts, "sandbox"), FINDING_HINT));
    cr_assert(eq(int, severity_of(&facts, "left open"), FINDING_GOOD));
    for (size_t index = 0; index < found.count; index++)
        has_reason =
            has_reason || strstr(found.list[index].text, "bwrap: Can't mount proc") != NULL;
    cr_assert(has_reason);
    facts.sandbox.level = SANDBOX_SCOPED;
    cr_assert(eq(int, severity_of(&facts, "sandbox"), FINDING_WARNING));
    cr_assert(eq(int, severity_of(&facts, "left open"), FINDING_WARNING));
    facts.sandbox = (struct sandbox){.level = SANDBOX_FULL, .landlock = 3};
    cr_assert(eq(int, severity_of(&facts, "left open"), FINDING_WARNING)); // ports
}
