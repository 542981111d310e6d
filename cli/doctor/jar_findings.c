#include "cli/doctor/jar_findings.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/doctor/class_file.h"
#include "cli/doctor/connector_findings.h"
#include "model/code.h"

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
                     "Check the name, and that the build packs the classes of the project.",
                     "the manifest names %s, which is not in the jar", facts->main_class);
    else
        findings_add(out, FINDING_GOOD, "main class", NULL, "%s", facts->main_class);
}

// The oldest runtime that has this Java; NULL: none has.
static const char *runtime_with_java(int wanted) {
    for (int runtime = 0; runtime < RUNTIME_COUNT; runtime++)
        if (runtime_environment_java((enum runtime_environment)runtime) >= wanted)
            return runtime_environment_name((enum runtime_environment)runtime);
    return NULL;
}

static void judge_java(const struct jar_facts *facts, enum runtime_environment runtime,
                       struct findings *out) {
    int has = runtime_environment_java(runtime);
    int needs = facts->newest_major - CLASS_FILE_MAJOR_OF_JAVA_1;
    const char *other = runtime_with_java(needs);
    char advice[200];

    if (facts->newest_major == 0) return;
    if (needs <= has) {
        findings_add(out, FINDING_GOOD, "Java", NULL,
                     "the classes need Java %d; the service has Java %d for %s", needs, has,
                     runtime_environment_name(runtime));
        return;
    }
    (void)text_format(advice, sizeof advice,
                      "Compile with --release %d (maven.compiler.release)%s%s%s.", has,
                      other == NULL ? "" : ", or use ", other == NULL ? "" : other,
                      other == NULL ? "" : ", which has a newer Java");
    findings_add(out, FINDING_ERROR, "Java", advice,
                 "%zu of %zu classes need Java %d (such as %s); the service has Java %d for %s",
                 facts->newest.count, facts->class_count, needs, facts->newest.example, has,
                 runtime_environment_name(runtime));
}

static void judge_size(const struct jar_facts *facts, struct findings *out) {
    if (facts->size_bytes > CODE_MAX_BYTES)
        findings_add(out, FINDING_ERROR, "size", "Bundle less: the runtime has Flink already.",
                     "the jar has %lld MB; the service accepts up to 512 MB",
                     (long long)(facts->size_bytes >> 20));
}

// --- what is bundled ---

static void judge_bundled(const struct jar_facts *facts, struct findings *out) {
    if (facts->flink_core.count > 0)
        findings_add(out, FINDING_ERROR, "Flink itself",
                     "Give flink-streaming-java, flink-clients, flink-table-* and similar "
                     "dependencies the scope provided: two copies of Flink's classes are not "
                     "compatible.",
                     "the jar contains %zu classes of Flink's core, such as %s",
                     facts->flink_core.count, facts->flink_core.example);
    if (facts->log4j.count > 0)
        findings_add(out, FINDING_WARNING, "logging",
                     "Exclude log4j from the jar and log through the SLF4J API: Flink has log4j 2, "
                     "which the service configures.",
                     "the jar contains log4j: %zu classes, such as %s", facts->log4j.count,
                     facts->log4j.example);
    if (facts->logback.count > 0)
        findings_add(out, FINDING_WARNING, "logging",
                     "Exclude Logback and other bindings of SLF4J from the jar; keep only the API.",
                     "the jar contains a binding of SLF4J: %zu classes, such as %s",
                     facts->logback.count, facts->logback.example);
    if (facts->signatures.count > 0)
        findings_add(
            out, FINDING_ERROR, "signatures",
            "Exclude META-INF/*.SF, *.DSA and *.RSA when shading: Java refuses a jar whose "
            "signature does not match its content.",
            "the jar contains the signature of another jar: %s", facts->signatures.example);
}

// --- the job ---

static void judge_job(const struct jar_facts *facts, struct findings *out) {
    if (facts->firehose_source.count > 0)
        findings_add(out, FINDING_WARNING, "Firehose",
                     "Read the Kinesis stream that feeds the delivery stream: Flink has a sink for "
                     "Firehose, but no source.",
                     "%s seems to read from Firehose", facts->firehose_source.example);
    if (facts->batch.count > 0)
        findings_add(out, FINDING_WARNING, "batch",
                     "Use streaming execution: a batch job makes no snapshots, and the application "
                     "becomes READY when the job ends.",
                     "%s requests batch execution", facts->batch.example);
    if (facts->without_uid.count > 0)
        findings_add(out, FINDING_HINT, "uids",
                     "Give every operator with state a uid(\"...\"): without it, its state is lost "
                     "when the job graph changes.",
                     "%zu class%s add%s operators and never call%s uid(): %s",
                     facts->without_uid.count, facts->without_uid.count == 1 ? "" : "es",
                     facts->without_uid.count == 1 ? "s" : "",
                     facts->without_uid.count == 1 ? "s" : "", facts->without_uid.example);
    else if (facts->calls_uid)
        findings_add(out, FINDING_GOOD, "uids", NULL, "operators have uids");
}

bool jar_has_no_program(const struct jar_facts *facts) {
    return facts->class_count == 0 && facts->python_files.count + facts->jars.count > 0;
}

const struct finding *jar_obstacle(const struct jar_facts *facts, const struct findings *findings) {
    static const char *const subjects[] = {"zip", "main class", "signatures", "size"};
    // Flink also loads classes from the jars in lib/ of a jar.
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

// Of an archive that is not a program. The service accepts it as ZIPFILE.
static void judge_kind(const struct jar_facts *facts, struct findings *out) {
    findings_add(out, FINDING_ERROR, "zip",
                 facts->jars.count == 1
                     ? "Unpack the jar and use it: kobel does not find it in this archive."
                     : "Pack all of them into one jar, with maven-shade-plugin or "
                       "Gradle's Shadow.",
                 "this is an archive of %zu jar%s, such as %s, without classes", facts->jars.count,
                 facts->jars.count == 1 ? "" : "s", facts->jars.example);
}

void jar_findings(const struct jar_facts *facts, enum runtime_environment runtime,
                  struct findings *out) {
    struct version flink = version_of(runtime_environment_flink_version(runtime));

    if (jar_has_no_program(facts)) {
        judge_kind(facts, out);
        return;
    }
    if (facts->jar_within[0] != '\0')
        findings_add(out, FINDING_GOOD, "zip", NULL, "the jar in it runs: %s", facts->jar_within);
    judge_main(facts, out);
    judge_java(facts, runtime, out);
    judge_size(facts, out);
    judge_bundled(facts, out);
    connector_findings(facts, flink, out);
    judge_job(facts, out);
}
