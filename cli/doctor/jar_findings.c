#include "cli/doctor/jar_findings.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/doctor/class_file.h"
#include "model/code.h"

#include <stdlib.h>
#include <string.h>

static const char OLD_KINESIS[] = "1.15.2";

// --- versions ---

// The next number of a version; *at moves behind its dot. -1 at the end.
static int next_number(const char **at) {
    int number = 0;

    if (**at < '0' || **at > '9') return -1;
    for (; **at >= '0' && **at <= '9' && number < 100000; (*at)++)
        number = number * 10 + (**at - '0');
    if (**at == '.') (*at)++;
    return number;
}

int jar_compare_versions(const char *left, const char *right) {
    for (;;) {
        int left_number = next_number(&left);
        int right_number = next_number(&right);
        if (left_number < 0 && right_number < 0) return 0;
        // "1.15" is "1.15.0".
        if (left_number < 0) left_number = 0;
        if (right_number < 0) right_number = 0;
        if (left_number != right_number) return left_number < right_number ? -1 : 1;
    }
}

struct flink_version {
    int major;
    int minor;
};

static struct flink_version version_of(const char *text) {
    struct flink_version version;

    version.major = next_number(&text);
    version.minor = next_number(&text);
    return version;
}

// --- the program ---

static void judge_main(const struct jar_facts *facts, struct findings *out) {
    static const char HOW[] = "Name it in the manifest: maven-shade-plugin's "
                              "ManifestResourceTransformer, Gradle's jar { manifest { attributes "
                              "'Main-Class': ... } }, or jar --main-class.";

    if (!facts->has_manifest)
        findings_add(out, FINDING_ERROR, "main class", HOW, "the jar has no manifest");
    else if (facts->main_class[0] == '\0')
        findings_add(out, FINDING_ERROR, "main class", HOW, "the manifest names no main class");
    else if (!facts->has_main_class)
        findings_add(out, FINDING_ERROR, "main class",
                     "Is the name right, and does the build pack the classes of the project?",
                     "the manifest names %s, which is not in the jar", facts->main_class);
    else
        findings_add(out, FINDING_GOOD, "main class", NULL, "%s", facts->main_class);
}

static void judge_java(const struct jar_facts *facts, enum runtime_environment runtime,
                       struct flink_version flink, struct findings *out) {
    int has = runtime_environment_java(runtime);
    int wants = facts->newest_major - CLASS_FILE_MAJOR_OF_JAVA_1;

    if (facts->newest_major == 0) return;
    if (wants <= has)
        findings_add(out, FINDING_GOOD, "Java", NULL,
                     "the classes want Java %d; the service has %d for Flink %d.%d", wants, has,
                     flink.major, flink.minor);
    else
        findings_add(out, FINDING_ERROR, "Java",
                     has == 11 && wants <= 17
                         ? "Compile with --release 11 (maven.compiler.release), or use FLINK-2_2, "
                           "which has Java 17."
                         : "Compile for an older Java: --release 11 for Flink 1, 17 for Flink 2.",
                     "%zu of %zu classes want Java %d (%s); the service has Java %d for Flink "
                     "%d.%d",
                     facts->newest.count, facts->class_count, wants, facts->newest.example, has,
                     flink.major, flink.minor);
}

static void judge_size(const struct jar_facts *facts, struct findings *out) {
    if (facts->size_bytes > CODE_MAX_BYTES)
        findings_add(out, FINDING_ERROR, "size", "Bundle less: Flink itself is there already.",
                     "the jar has %lld MB; the service takes 512",
                     (long long)(facts->size_bytes >> 20));
}

// --- what is bundled ---

static void judge_bundled(const struct jar_facts *facts, struct findings *out) {
    if (facts->flink_core.count > 0)
        findings_add(out, FINDING_ERROR, "Flink itself",
                     "Give flink-streaming-java, flink-clients, flink-table-* and their like the "
                     "scope provided: two copies of Flink's classes do not know each other.",
                     "%zu classes of Flink's core are in the jar, such as %s",
                     facts->flink_core.count, facts->flink_core.example);
    if (facts->log4j.count > 0)
        findings_add(out, FINDING_WARNING, "logging",
                     "Exclude log4j from the jar and log through the SLF4J API: Flink brings its "
                     "own log4j 2, whose configuration is the service's.",
                     "log4j is in the jar: %zu classes, such as %s", facts->log4j.count,
                     facts->log4j.example);
    if (facts->logback.count > 0)
        findings_add(out, FINDING_WARNING, "logging",
                     "Exclude Logback and other bindings of SLF4J from the jar; keep only the API.",
                     "a binding of SLF4J is in the jar: %zu classes, such as %s",
                     facts->logback.count, facts->logback.example);
    if (facts->signatures.count > 0)
        findings_add(
            out, FINDING_ERROR, "signatures",
            "Exclude META-INF/*.SF, *.DSA and *.RSA when shading: Java refuses a jar whose "
            "signature does not fit.",
            "the jar carries the signature of one of its parts: %s", facts->signatures.example);
}

// --- connectors ---

static bool is_connector(const struct jar_artifact *artifact) {
    return text_starts_with(artifact->name, "flink-connector-") ||
           text_starts_with(artifact->name, "flink-sql-connector-") ||
           text_equal(artifact->name, "amazon-kinesis-connector-flink");
}

// "flink-connector-kinesis", or with Scala's version behind it.
static bool is_named(const struct jar_artifact *artifact, const char *name) {
    size_t length = strlen(name);

    return text_starts_with(artifact->name, name) &&
           (artifact->name[length] == '\0' || artifact->name[length] == '_');
}

// "5.1.0-1.20" is for Flink 1.20. Without such an end it is Flink's own version for the parts that
// are released with Flink, which all connectors were up to 1.17. Major -1: not known.
static struct flink_version wanted_flink(const struct jar_artifact *artifact) {
    const char *dash = strrchr(artifact->version, '-');
    struct flink_version wanted = version_of(dash == NULL ? artifact->version : dash + 1);
    bool is_of_flink = is_named(artifact, "flink-connector-base") ||
                       is_named(artifact, "flink-connector-files") ||
                       is_named(artifact, "flink-connector-datagen");

    if (dash == NULL && !is_of_flink && (wanted.major != 1 || wanted.minor > 17)) wanted.major = -1;
    return wanted;
}

static void judge_fit(const struct jar_artifact *artifact, struct flink_version flink,
                      struct findings *out) {
    struct flink_version wanted = wanted_flink(artifact);
    static const char ADVICE[] = "Take the connector's release for this Flink: its version ends "
                                 "with Flink's, as in 5.1.0-1.20.";

    if (wanted.major <= 0) return;
    if (wanted.major != flink.major)
        findings_add(out, FINDING_ERROR, "connectors", ADVICE,
                     "%s %s is made for Flink %d; the runtime has %d.%d", artifact->name,
                     artifact->version, wanted.major, flink.major, flink.minor);
    else if (wanted.minor > flink.minor)
        findings_add(out, FINDING_WARNING, "connectors", ADVICE,
                     "%s %s is made for Flink %d.%d, which is newer than the runtime's %d.%d",
                     artifact->name, artifact->version, wanted.major, wanted.minor, flink.major,
                     flink.minor);
}

static void judge_known_bad(const struct jar_artifact *artifact, struct findings *out) {
    bool is_streams = is_named(artifact, "flink-connector-aws-kinesis-streams");

    if (is_named(artifact, "flink-connector-kinesis") && artifact->version[0] != '\0' &&
        jar_compare_versions(artifact->version, OLD_KINESIS) < 0)
        findings_add(out, FINDING_ERROR, "connectors",
                     "Update flink-connector-kinesis to 1.15.2 or newer (FLINK-23528): the service "
                     "refuses the application.",
                     "%s %s is refused by the service", artifact->name, artifact->version);
    else if (is_named(artifact, "flink-connector-kinesis") && artifact->version[0] == '\0')
        findings_add(out, FINDING_HINT, "connectors",
                     "See that it is 1.15.2 or newer: the service refuses older ones.",
                     "%s does not say its version", artifact->name);
    if (is_named(artifact, "flink-connector-kinesis"))
        findings_add(out, FINDING_HINT, "connectors",
                     "Against a local Kinesis set aws.endpoint in the consumer's properties.",
                     "%s asks the endpoint of AWS whatever AWS_ENDPOINT_URL says", artifact->name);
    if (is_streams && jar_compare_versions(artifact->version, "5.0.0") >= 0 &&
        jar_compare_versions(artifact->version, "6.0.0") < 0)
        findings_add(out, FINDING_HINT, "connectors",
                     "Against a local Kinesis set aws.endpoint in the source's configuration.",
                     "%s %s has an AWS SDK that does not know AWS_ENDPOINT_URL", artifact->name,
                     artifact->version);
}

static void judge_connectors(const struct jar_facts *facts, struct flink_version flink,
                             struct findings *out) {
    char list[400] = "";

    for (size_t index = 0; index < facts->artifact_count; index++) {
        const struct jar_artifact *artifact = &facts->artifacts[index];
        size_t used = strlen(list);
        if (!is_connector(artifact)) continue;
        (void)text_format(list + used, sizeof list - used, "%s%s %s", used == 0 ? "" : ", ",
                          artifact->name,
                          artifact->version[0] == '\0' ? "(version unknown)" : artifact->version);
        judge_fit(artifact, flink, out);
        judge_known_bad(artifact, out);
    }
    findings_add(out, FINDING_GOOD, "connectors", NULL, "%s",
                 list[0] == '\0' ? "none is in the jar" : list);
}

// --- the job ---

static void judge_job(const struct jar_facts *facts, struct findings *out) {
    if (facts->firehose_source.count > 0)
        findings_add(out, FINDING_WARNING, "Firehose",
                     "Read the Kinesis stream that feeds the delivery stream: Firehose has a sink "
                     "for Flink and no source.",
                     "%s seems to read from Firehose", facts->firehose_source.example);
    if (facts->batch.count > 0)
        findings_add(out, FINDING_WARNING, "batch",
                     "Use streaming execution; a batch job takes no snapshots, and the application "
                     "is READY when it ends.",
                     "%s asks for batch execution", facts->batch.example);
    if (facts->without_uid.count > 0)
        findings_add(out, FINDING_HINT, "uids",
                     "Give every operator with state a uid(\"...\"): without it the state is lost "
                     "when the job graph changes.",
                     "%zu class%s add%s operators and never call%s uid(): %s",
                     facts->without_uid.count, facts->without_uid.count == 1 ? "" : "es",
                     facts->without_uid.count == 1 ? "s" : "",
                     facts->without_uid.count == 1 ? "s" : "", facts->without_uid.example);
    else if (facts->calls_uid)
        findings_add(out, FINDING_GOOD, "uids", NULL, "operators have uids");
}

bool jar_is_no_program(const struct jar_facts *facts) {
    return facts->class_count == 0 && facts->python_files.count + facts->jars.count > 0;
}

const struct finding *jar_obstacle(const struct jar_facts *facts, const struct findings *findings) {
    static const char *const subjects[] = {"Python", "zip", "main class", "signatures", "size"};
    // Flink looks for classes in the jars that lie in lib/ of a jar, too.
    bool may_be_within = facts->main_class[0] != '\0' && facts->jars.count > 0;

    for (size_t index = 0; index < findings->count; index++) {
        const struct finding *finding = &findings->list[index];
        if (finding->severity != FINDING_ERROR) continue;
        for (size_t at = 0; at < COUNT_OF(subjects); at++) {
            bool is_main = text_equal(subjects[at], "main class");
            if (text_equal(finding->subject, subjects[at]) && !(is_main && may_be_within))
                return finding;
        }
    }
    return NULL;
}

// The service takes both as ZIPFILE, too.
static void judge_kind(const struct jar_facts *facts, struct findings *out) {
    if (facts->python_files.count > 0)
        findings_add(out, FINDING_ERROR, "Python", "kobel runs jars only.",
                     "this is a Python application: %s", facts->python_files.example);
    else
        findings_add(out, FINDING_ERROR, "zip",
                     facts->jars.count == 1 ? "kobel runs the jar itself: unpack it, and give that."
                                            : "kobel runs one jar: pack all of them into one, with "
                                              "maven-shade-plugin or Gradle's Shadow.",
                     "this is an archive of %zu jar%s, such as %s, and of no classes",
                     facts->jars.count, facts->jars.count == 1 ? "" : "s", facts->jars.example);
}

void jar_findings(const struct jar_facts *facts, enum runtime_environment runtime,
                  struct findings *out) {
    struct flink_version flink = version_of(runtime_environment_flink_version(runtime));

    if (jar_is_no_program(facts)) {
        judge_kind(facts, out);
        return;
    }
    if (facts->jar_within[0] != '\0')
        findings_add(out, FINDING_GOOD, "zip", NULL, "runs the jar in it, %s", facts->jar_within);
    judge_main(facts, out);
    judge_java(facts, runtime, flink, out);
    judge_size(facts, out);
    judge_bundled(facts, out);
    judge_connectors(facts, flink, out);
    judge_job(facts, out);
}
