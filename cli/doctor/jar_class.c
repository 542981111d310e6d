#include "cli/doctor/jar_class.h"

#include "base/text.h"
#include "cli/doctor/class_file.h"

#include <string.h>

static bool starts_with_any(const char *name, const char *const *prefixes) {
    for (; *prefixes != NULL; prefixes++)
        if (text_starts_with(name, *prefixes)) return true;
    return false;
}

// --- by its name ---

static const char *const library_prefixes[] = {"org/apache/",
                                               "com/amazonaws/",
                                               "software/amazon/",
                                               "org/springframework/",
                                               "com/fasterxml/",
                                               "com/google/",
                                               "scala/",
                                               "kotlin",
                                               "io/netty/",
                                               "org/slf4j/",
                                               "ch/qos/",
                                               "javax/",
                                               "jakarta/",
                                               "org/joda/",
                                               "org/codehaus/",
                                               "io/confluent/",
                                               "org/reactivestreams/",
                                               "org/rocksdb/",
                                               "net/jpountz/",
                                               "org/xerial/",
                                               "com/github/luben/",
                                               "org/postgresql/",
                                               "com/mysql/",
                                               "org/checkerframework/",
                                               NULL};

bool jar_class_is_of_library(const char *name) {
    return starts_with_any(name, library_prefixes);
}

void jar_class_add_name(const char *name, struct jar_facts *facts) {
    static const char *const core[] = {"org/apache/flink/api/common/",
                                       "org/apache/flink/streaming/api/environment/", NULL};
    static const char *const log4j[] = {"org/apache/log4j/", "org/apache/logging/log4j/core/",
                                        NULL};
    static const char *const logback[] = {"ch/qos/logback/", "org/slf4j/impl/",
                                          "org/apache/logging/slf4j/", NULL};

    if (starts_with_any(name, core)) jar_count_add(&facts->flink_core, name);
    if (starts_with_any(name, log4j)) jar_count_add(&facts->log4j, name);
    if (starts_with_any(name, logback)) jar_count_add(&facts->logback, name);
}

// --- by its content ---

// What the code of one class does.
struct class_use {
    bool adds_operators;
    bool calls_uid;
    bool wants_batch;
    bool reads_firehose;
};

static bool is_operator(const struct class_reference *reference) {
    static const char *const owners[] = {
        "org/apache/flink/streaming/api/datastream/", "org/apache/flink/streaming/api/scala/",
        "org/apache/flink/streaming/api/environment/StreamExecutionEnvironment", NULL};
    static const char *const names[] = {"addSource", "fromSource", "map",       "flatMap", "filter",
                                        "process",   "reduce",     "aggregate", "apply",   "sum",
                                        "sinkTo",    "addSink",    "min",       "max",     "minBy",
                                        "maxBy",     "transform",  "coGroup",   NULL};

    if (!starts_with_any(reference->owner, owners)) return false;
    for (const char *const *name = names; *name != NULL; name++)
        if (text_equal(*name, reference->name)) return true;
    return false;
}

static void visit_reference(void *userdata, const struct class_reference *reference) {
    struct class_use *use = userdata;
    const char *owner = reference->owner;
    const char *firehose = strstr(owner, "irehose");

    if (firehose != NULL &&
        (strstr(firehose, "Source") != NULL || strstr(firehose, "Consumer") != NULL))
        use->reads_firehose = true;
    if (text_equal(owner, "org/apache/flink/api/java/ExecutionEnvironment"))
        use->wants_batch = true; // the DataSet API
    if (reference->kind != CLASS_REFERENCE_MEMBER) return;
    if (text_equal(owner, "org/apache/flink/api/common/RuntimeExecutionMode") &&
        text_equal(reference->name, "BATCH"))
        use->wants_batch = true;
    if (text_equal(reference->name, "inBatchMode")) use->wants_batch = true;
    if (text_equal(reference->name, "uid") || text_equal(reference->name, "setUidHash"))
        use->calls_uid = true;
    if (is_operator(reference)) use->adds_operators = true;
}

void jar_class_add_own(const char *name, const unsigned char *bytes, size_t size_bytes,
                       struct jar_facts *facts) {
    struct class_use use = {0};

    if (!class_file_visit(bytes, size_bytes, visit_reference, &use, NULL)) return;
    if (use.calls_uid) facts->calls_uid = true;
    if (use.adds_operators && !use.calls_uid) jar_count_add(&facts->without_uid, name);
    if (use.wants_batch) jar_count_add(&facts->batch, name);
    if (use.reads_firehose) jar_count_add(&facts->firehose_source, name);
}
