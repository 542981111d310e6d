#include "cli/doctor/jar_read.h"

#include "base/archive_file.h"
#include "base/buffer.h"
#include "base/file.h"
#include "base/jar_within.h"
#include "base/text.h"
#include "cli/doctor/class_file.h"
#include "cli/doctor/pom.h"
#include "model/code.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// Classes, manifests and property files are far smaller.
static const size_t ENTRY_MAX_BYTES = (size_t)8 << 20;

enum { MARKERS_MAX = 16 };

struct reading {
    struct jar_facts *facts;
    const char *name; // of the file, for messages
    struct archive_file *archive;
    char main_entry[JAR_NAME_SIZE + 8]; // "example/Counter.class"
    char pom_versions[MARKERS_MAX][48]; // of the markers' artifacts; "" = no pom says it
};

static bool starts_with_any(const char *name, const char *const *prefixes) {
    for (; *prefixes != NULL; prefixes++)
        if (text_starts_with(name, *prefixes)) return true;
    return false;
}

// What cannot be read is as if it were not there: doctor looks, Flink decides.
static bool read_entry(struct archive_file *archive, struct buffer *out) {
    char block[32768];
    struct error ignored;
    size_t got = 0;

    do {
        if (!archive_file_read(archive, block, sizeof block, &got, &ignored) ||
            !buffer_append(out, block, got, &ignored))
            return false;
    } while (got > 0);
    return true;
}

// --- own classes ---

struct looks {
    bool adds_operators;
    bool calls_uid;
    bool asks_for_batch;
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

static void look_at_reference(void *userdata, const struct class_reference *reference) {
    struct looks *looks = userdata;
    const char *owner = reference->owner;
    const char *firehose = strstr(owner, "irehose");

    if (firehose != NULL &&
        (strstr(firehose, "Source") != NULL || strstr(firehose, "Consumer") != NULL))
        looks->reads_firehose = true;
    if (text_equal(owner, "org/apache/flink/api/java/ExecutionEnvironment"))
        looks->asks_for_batch = true; // the DataSet API
    if (reference->kind != CLASS_REFERENCE_MEMBER) return;
    if (text_equal(owner, "org/apache/flink/api/common/RuntimeExecutionMode") &&
        text_equal(reference->name, "BATCH"))
        looks->asks_for_batch = true;
    if (text_equal(reference->name, "inBatchMode")) looks->asks_for_batch = true;
    if (text_equal(reference->name, "uid") || text_equal(reference->name, "setUidHash"))
        looks->calls_uid = true;
    if (is_operator(reference)) looks->adds_operators = true;
}

// Of the libraries that jobs bundle; the rest is somebody's own.
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
                                               "META-INF/",
                                               "org/rocksdb/",
                                               "net/jpountz/",
                                               "org/xerial/",
                                               "com/github/luben/",
                                               "org/postgresql/",
                                               "com/mysql/",
                                               "org/checkerframework/",
                                               NULL};

static void look_at_class(struct reading *reading, const char *name, const struct buffer *class) {
    struct jar_facts *facts = reading->facts;
    struct looks looks = {0};
    struct error ignored;

    if (!class_file_visit((const unsigned char *)buffer_text(class), class->size_bytes,
                          look_at_reference, &looks, &ignored))
        return;
    if (looks.calls_uid) facts->calls_uid = true;
    if (looks.adds_operators && !looks.calls_uid) jar_count_add(&facts->without_uid, name);
    if (looks.asks_for_batch) jar_count_add(&facts->batch, name);
    if (looks.reads_firehose) jar_count_add(&facts->firehose_source, name);
}

// --- connectors ---

// Flink's releases of connectors carry no Maven files, and their manifests are gone in a shaded
// jar: a class that only they have tells that they are there, and the project's own pom.xml the
// version.
static const struct {
    const char *class;
    const char *artifact;
} markers[] = {
    {"org/apache/flink/streaming/connectors/kinesis/FlinkKinesisConsumer.class",
     "flink-connector-kinesis"},
    {"org/apache/flink/connector/kinesis/source/KinesisStreamsSource.class",
     "flink-connector-aws-kinesis-streams"},
    {"org/apache/flink/connector/kinesis/sink/KinesisStreamsSink.class",
     "flink-connector-aws-kinesis-streams"},
    {"org/apache/flink/connector/firehose/sink/KinesisFirehoseSink.class",
     "flink-connector-aws-kinesis-firehose"},
    {"org/apache/flink/connector/dynamodb/sink/DynamoDbSink.class", "flink-connector-dynamodb"},
    {"org/apache/flink/connector/kafka/source/KafkaSource.class", "flink-connector-kafka"},
    {"org/apache/flink/connector/jdbc/JdbcSink.class", "flink-connector-jdbc"},
    {"org/apache/flink/connector/jdbc/core/datastream/sink/JdbcSink.class", "flink-connector-jdbc"},
    {"org/apache/flink/connector/datagen/source/DataGeneratorSource.class",
     "flink-connector-datagen"},
    {"org/apache/flink/connector/file/src/FileSource.class", "flink-connector-files"},
    {"org/apache/flink/connector/mongodb/source/MongoSource.class", "flink-connector-mongodb"},
    {"org/apache/flink/connector/opensearch/sink/OpensearchSink.class",
     "flink-connector-opensearch"},
    {"software/amazon/kinesis/connectors/flink/FlinkKinesisConsumer.class",
     "amazon-kinesis-connector-flink"},
};

_Static_assert(COUNT_OF(markers) <= MARKERS_MAX, "a version for each marker");

static struct jar_artifact *find_artifact(struct jar_facts *facts, const char *name) {
    for (size_t index = 0; index < facts->artifact_count; index++)
        if (text_equal(facts->artifacts[index].name, name)) return &facts->artifacts[index];
    return NULL;
}

static void look_for_connector(struct jar_facts *facts, const char *class) {
    for (size_t index = 0; index < COUNT_OF(markers); index++) {
        if (!text_equal(markers[index].class, class)) continue;
        if (facts->artifact_count == JAR_ARTIFACTS_MAX ||
            find_artifact(facts, markers[index].artifact) != NULL)
            return;
        struct jar_artifact *artifact = &facts->artifacts[facts->artifact_count++];
        (void)text_copy(artifact->name, sizeof artifact->name, markers[index].artifact);
    }
}

// --- entries ---

static void count_library(struct jar_facts *facts, const char *name) {
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

static void take_class(struct reading *reading, const char *name) {
    struct jar_facts *facts = reading->facts;
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ENTRY_MAX_BYTES);
    unsigned char head[CLASS_FILE_HEAD_BYTES];
    struct error ignored;
    size_t got = 0;
    int major = 0;

    // Those of other Java versions are not loaded by an older one.
    if (text_starts_with(name, "META-INF/") || text_ends_with(name, "module-info.class")) return;
    facts->class_count++;
    if (text_equal(name, reading->main_entry)) facts->has_main_class = true;
    count_library(facts, name);
    look_for_connector(facts, name);
    if (starts_with_any(name, library_prefixes)) {
        if (archive_file_read(reading->archive, head, sizeof head, &got, &ignored))
            major = class_file_major(head, got);
    } else if (read_entry(reading->archive, &bytes)) {
        major = class_file_major((const unsigned char *)buffer_text(&bytes), bytes.size_bytes);
        look_at_class(reading, name, &bytes);
    }
    if (major > facts->newest_major) {
        facts->newest_major = major;
        facts->newest = (struct jar_count){0};
    }
    if (major == facts->newest_major) jar_count_add(&facts->newest, name);
}

// The value of "key=value" in a properties file.
static void property_value(const char *text, const char *key, char *out, size_t size_bytes) {
    size_t length = strlen(key);

    for (const char *at = text; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
        if (strncmp(at, key, length) != 0 || at[length] != '=') continue;
        at += length + 1;
        (void)text_format(out, size_bytes, "%.*s", (int)strcspn(at, "\r\n"), at);
        return;
    }
}

static void take_artifact(struct reading *reading) {
    struct jar_facts *facts = reading->facts;
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ENTRY_MAX_BYTES);
    struct jar_artifact artifact = {0};

    if (!read_entry(reading->archive, &bytes)) return;
    property_value(buffer_text(&bytes), "groupId", artifact.group, sizeof artifact.group);
    property_value(buffer_text(&bytes), "artifactId", artifact.name, sizeof artifact.name);
    property_value(buffer_text(&bytes), "version", artifact.version, sizeof artifact.version);
    // Only Flink's own are judged.
    if (!text_starts_with(artifact.name, "flink-") && strstr(artifact.name, "kinesis") == NULL)
        return;
    struct jar_artifact *known = find_artifact(facts, artifact.name);
    if (known != NULL)
        *known = artifact; // its class was seen first
    else if (facts->artifact_count < JAR_ARTIFACTS_MAX)
        facts->artifacts[facts->artifact_count++] = artifact;
}

static void take_pom(struct reading *reading) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ENTRY_MAX_BYTES);

    if (!read_entry(reading->archive, &bytes)) return;
    for (size_t index = 0; index < COUNT_OF(markers); index++) {
        char *version = reading->pom_versions[index];
        // The project's own comes first; those of its libraries follow.
        if (version[0] == '\0')
            (void)pom_dependency_version(buffer_text(&bytes), markers[index].artifact, version,
                                         sizeof reading->pom_versions[index]);
    }
}

static void fill_in_versions(struct reading *reading) {
    for (size_t index = 0; index < COUNT_OF(markers); index++) {
        struct jar_artifact *artifact = find_artifact(reading->facts, markers[index].artifact);
        if (artifact != NULL && artifact->version[0] == '\0')
            (void)text_copy(artifact->version, sizeof artifact->version,
                            reading->pom_versions[index]);
    }
}

static bool is_signature(const char *name) {
    return text_starts_with(name, "META-INF/") && strchr(name + strlen("META-INF/"), '/') == NULL &&
           (text_ends_with(name, ".SF") || text_ends_with(name, ".RSA") ||
            text_ends_with(name, ".DSA"));
}

static void take_entry(struct reading *reading, const char *name) {
    if (text_ends_with(name, ".class"))
        take_class(reading, name);
    else if (text_starts_with(name, "META-INF/maven/") && text_ends_with(name, "/pom.properties"))
        take_artifact(reading);
    else if (text_starts_with(name, "META-INF/maven/") && text_ends_with(name, "/pom.xml"))
        take_pom(reading);
    else if (text_ends_with(name, ".jar"))
        jar_count_add(&reading->facts->jars, name);
    else if (text_ends_with(name, ".py"))
        jar_count_add(&reading->facts->python_files, name);
    else if (is_signature(name))
        jar_count_add(&reading->facts->signatures, name);
}

static void take_manifest(struct reading *reading, const char *name) {
    struct jar_facts *facts = reading->facts;
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ENTRY_MAX_BYTES);

    if (!text_equal(name, "META-INF/MANIFEST.MF") || !read_entry(reading->archive, &bytes)) return;
    facts->has_manifest = true;
    const char *text = buffer_text(&bytes);
    // Flink's own attribute goes before the usual one.
    if (!jar_manifest_value(text, "program-class", facts->main_class, sizeof facts->main_class) &&
        !jar_manifest_value(text, "Main-Class", facts->main_class, sizeof facts->main_class))
        return;
    (void)text_format(reading->main_entry, sizeof reading->main_entry, "%s.class",
                      facts->main_class);
    for (char *at = reading->main_entry; at + strlen(".class") < strchr(reading->main_entry, '\0');
         at++)
        if (*at == '.') *at = '/';
}

// --- passes ---

static bool pass(struct reading *reading, const char *path,
                 void (*take)(struct reading *reading, const char *name), struct error *err) {
    AUTO(archive_file_close) struct archive_file *archive = NULL;
    const char *name = "";

    if (!archive_file_open(path, ARCHIVE_KIND_ZIP, &archive, err))
        return error_prefix(err, "'%s' is no jar", reading->name);
    reading->archive = archive;
    while (name != NULL) {
        if (!archive_file_next(archive, &name, err))
            return error_prefix(err, "'%s' is damaged", reading->name);
        if (name != NULL && name[0] != '\0') take(reading, name);
    }
    return true;
}

static bool read_jar(const char *path, const char *name, struct jar_facts *out_facts,
                     struct error *err) {
    struct reading reading = {.facts = out_facts, .name = name};

    // The manifest first, wherever it is: the class that it names is looked for.
    if (!pass(&reading, path, take_manifest, err) || !pass(&reading, path, take_entry, err))
        return false;
    fill_in_versions(&reading);
    return true;
}

// The jar in a zip is what runs: it is copied to where it can be read like any other.
static bool read_jar_within(struct jar_within *jar, struct jar_facts *out_facts,
                            struct error *err) {
    char path[32];
    bool is_last = false;

    AUTO(file_close) int fd = memfd_create("jar", MFD_CLOEXEC);
    if (fd < 0) return error_system(err, errno, "unpack '%s'", jar_within_name(jar));
    if (!jar_within_copy(jar, fd, INT64_MAX, CODE_MAX_BYTES, &is_last, err)) return false;
    (void)text_format(path, sizeof path, "/proc/self/fd/%d", fd);
    (void)text_copy(out_facts->jar_within, sizeof out_facts->jar_within, jar_within_name(jar));
    return read_jar(path, jar_within_name(jar), out_facts, err);
}

bool jar_read(const char *path, struct jar_facts *out_facts, struct error *err) {
    AUTO(jar_within_free) struct jar_within *jar = NULL;
    struct jar_facts facts = {0};
    struct stat file;

    if (stat(path, &file) < 0)
        return errno == ENOENT ? error_set(err, ERROR_NOT_FOUND, "there is no file '%s'", path)
                               : error_system(err, errno, "read '%s'", path);
    if (!S_ISREG(file.st_mode)) return error_set(err, ERROR_INVALID, "'%s' is no file", path);
    facts.size_bytes = file.st_size;
    if (!jar_within_open(path, &jar, err)) return error_prefix(err, "%s", path);
    if (jar == NULL ? !read_jar(path, path, &facts, err) : !read_jar_within(jar, &facts, err))
        return false;
    *out_facts = facts;
    return true;
}
