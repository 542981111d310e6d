// The findings about jars.
#include "cli/doctor/jar_findings.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct findings found;

// A jar that nothing is wrong with.
static struct jar_facts good(void) {
    return (struct jar_facts){.has_manifest = true,
                              .main_class = "example.Job",
                              .has_main_class = true,
                              .class_count = 3,
                              .newest_major = 55,
                              .newest = {3, "example/Job.class"},
                              .calls_uid = true};
}

static void judge(const struct jar_facts *facts, const char *runtime) {
    enum runtime_environment environment;

    found = (struct findings){0};
    cr_assert(runtime_environment_from_name(runtime, &environment));
    jar_findings(facts, environment, &found);
}

static bool says(enum finding_severity severity, const char *subject, const char *part) {
    for (size_t index = 0; index < found.count; index++) {
        const struct finding *finding = &found.list[index];
        if (finding->severity == severity && text_equal(finding->subject, subject) &&
            strstr(finding->text, part) != NULL)
            return true;
    }
    return false;
}

static size_t bad_count(void) {
    return findings_count(&found, FINDING_ERROR) + findings_count(&found, FINDING_WARNING) +
           findings_count(&found, FINDING_HINT);
}

Test(jar_findings, a_good_jar_has_nothing_to_be_done) {
    struct jar_facts facts = good();

    judge(&facts, "FLINK-1_20");
    cr_assert(eq(sz, bad_count(), 0));
    cr_assert(says(FINDING_GOOD, "main class", "example.Job"));
}

Test(jar_findings, whatever_is_bad_has_advice) {
    struct jar_facts facts = {.size_bytes = (int64_t)600 << 20,
                              .flink_core = {1, "a"},
                              .log4j = {1, "b"},
                              .logback = {1, "c"},
                              .signatures = {1, "d"},
                              .without_uid = {1, "e"},
                              .batch = {1, "f"},
                              .firehose_source = {1, "g"}};

    judge(&facts, "FLINK-1_20");
    cr_assert(eq(sz, bad_count(), 9));
    for (size_t index = 0; index < found.count; index++)
        cr_assert(found.list[index].severity == FINDING_GOOD || found.list[index].advice[0] != '\0',
                  "%s", found.list[index].text);
}

Test(jar_findings, the_main_class_has_to_be_named_and_there) {
    struct jar_facts facts = good();

    facts.has_main_class = false;
    judge(&facts, "FLINK-1_20");
    cr_assert(says(FINDING_ERROR, "main class", "example.Job, which is not in the jar"));
    facts.main_class[0] = '\0';
    judge(&facts, "FLINK-1_20");
    cr_assert(says(FINDING_ERROR, "main class", "names no main class"));
    facts.has_manifest = false;
    judge(&facts, "FLINK-1_20");
    cr_assert(says(FINDING_ERROR, "main class", "no manifest"));
}

Test(jar_findings, flink_1_has_java_11_and_flink_2_has_17) {
    static const struct {
        int major;
        const char *runtime;
        enum finding_severity severity;
    } rows[] = {
        {52, "FLINK-1_20", FINDING_GOOD},  {55, "FLINK-1_20", FINDING_GOOD},
        {56, "FLINK-1_20", FINDING_ERROR}, {61, "FLINK-1_15", FINDING_ERROR},
        {61, "FLINK-2_2", FINDING_GOOD},   {65, "FLINK-2_2", FINDING_ERROR},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        struct jar_facts facts = good();
        facts.newest_major = rows[index].major;
        judge(&facts, rows[index].runtime);
        cr_assert(says(rows[index].severity, "Java", "need"), "row %zu", index);
    }
}

Test(jar_findings, connectors_have_to_fit_the_runtime) {
    static const struct {
        const char *name;
        const char *version;
        const char *runtime;
        enum finding_severity severity;
        const char *part;
    } rows[] = {
        {"flink-connector-kafka", "3.4.0-1.20", "FLINK-1_20", FINDING_GOOD, "3.4.0-1.20"},
        {"flink-connector-kafka", "4.0.1-2.0", "FLINK-2_2", FINDING_GOOD, "4.0.1-2.0"},
        {"flink-connector-kafka", "4.0.1-2.0", "FLINK-1_20", FINDING_ERROR, "made for Flink 2"},
        {"flink-connector-kafka", "3.4.0-1.20", "FLINK-1_18", FINDING_WARNING, "newer"},
        {"flink-connector-kafka", "", "FLINK-1_18", FINDING_GOOD, "version unknown"},
        {"flink-connector-datagen", "1.20.3", "FLINK-1_19", FINDING_WARNING, "newer"},
        {"flink-connector-kinesis", "1.13.6", "FLINK-1_20", FINDING_ERROR, "refuses"},
        {"flink-connector-kinesis_2.12", "1.9.2", "FLINK-1_15", FINDING_ERROR, "refuses"},
        {"flink-connector-kinesis", "1.15.2", "FLINK-1_15", FINDING_HINT, "connects to AWS"},
        {"flink-connector-kinesis", "4.3.0-1.19", "FLINK-1_20", FINDING_HINT, "connects to AWS"},
        {"flink-connector-kinesis", "", "FLINK-1_20", FINDING_HINT, "is not known"},
        {"flink-connector-aws-kinesis-streams", "5.1.0-1.20", "FLINK-1_20", FINDING_HINT,
         "ignores AWS_ENDPOINT_URL"},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        struct jar_facts facts = good();
        struct jar_artifact *artifact = &facts.connectors.artifacts[facts.connectors.count++];
        (void)text_copy(artifact->name, sizeof artifact->name, rows[index].name);
        (void)text_copy(artifact->version, sizeof artifact->version, rows[index].version);
        judge(&facts, rows[index].runtime);
        cr_assert(says(rows[index].severity, "connectors", rows[index].part), "row %zu", index);
    }
}

Test(jar_findings, archives_of_jars_are_not_judged_as_jars) {
    struct jar_facts jars = {.jars = {1, "target/my-job.jar"}};

    judge(&jars, "FLINK-1_20");
    cr_assert(eq(sz, found.count, 1));
    cr_assert(says(FINDING_ERROR, "zip", "target/my-job.jar"));
    jars.class_count = 1; // a jar may carry others in lib/, which Flink unpacks
    cr_assert(not(jar_has_no_program(&jars)));
}

Test(jar_findings, an_obstacle_is_distinguished_from_errors_that_may_occur_later) {
    struct jar_facts facts = good();

    judge(&facts, "FLINK-1_20");
    cr_assert(jar_obstacle(&facts, &found) == NULL);
    facts.flink_core = (struct jar_count){1, "x.class"};
    judge(&facts, "FLINK-1_20");
    cr_assert(jar_obstacle(&facts, &found) == NULL);
    facts.signatures = (struct jar_count){1, "META-INF/x.SF"};
    judge(&facts, "FLINK-1_20");
    cr_assert(eq(str, (char *)jar_obstacle(&facts, &found)->subject, "signatures"));
    facts.has_main_class = false;
    judge(&facts, "FLINK-1_20");
    cr_assert(eq(str, (char *)jar_obstacle(&facts, &found)->subject, "main class"));
    facts.signatures.count = 0;
    facts.jars = (struct jar_count){1, "lib/job.jar"}; // it may be in there
    judge(&facts, "FLINK-1_20");
    cr_assert(jar_obstacle(&facts, &found) == NULL);
    facts.main_class[0] = '\0';
    judge(&facts, "FLINK-1_20");
    cr_assert(eq(str, (char *)jar_obstacle(&facts, &found)->subject, "main class"));
}
