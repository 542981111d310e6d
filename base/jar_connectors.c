#include "base/jar_connectors.h"

#include "base/cleanup.h"
#include "base/pom.h"
#include "base/text.h"
#include "base/version.h"

#include <string.h>

// Flink's releases of connectors have no Maven files, and a shaded jar loses their manifests. So a
// class shows that a connector is there, and the project's own pom.xml has its version.
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

_Static_assert(COUNT_OF(markers) <= JAR_CONNECTORS_MAX, "a version for each marker");

static struct jar_artifact *find_artifact(struct jar_connectors *connectors, const char *name) {
    for (size_t index = 0; index < connectors->count; index++)
        if (text_equal(connectors->artifacts[index].name, name))
            return &connectors->artifacts[index];
    return NULL;
}

// --- entries ---

static bool is_pom(const char *name) {
    return text_starts_with(name, "META-INF/maven/") && text_ends_with(name, "/pom.xml");
}

bool jar_connectors_reads(const char *name) {
    return is_pom(name) ||
           (text_starts_with(name, "META-INF/maven/") && text_ends_with(name, "/pom.properties"));
}

// The connector that the class belongs to, if it does, without a version.
static void add_class(const char *class, struct jar_connectors *connectors) {
    for (size_t index = 0; index < COUNT_OF(markers); index++) {
        if (!text_equal(markers[index].class, class)) continue;
        if (connectors->count == JAR_ARTIFACTS_MAX ||
            find_artifact(connectors, markers[index].artifact) != NULL)
            return;
        struct jar_artifact *artifact = &connectors->artifacts[connectors->count++];
        (void)text_copy(artifact->name, sizeof artifact->name, markers[index].artifact);
    }
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

// The artifactId in "META-INF/maven/<groupId>/<artifactId>/pom.properties".
static void artifact_of_path(const char *name, char *out, size_t size_bytes) {
    const char *at = name + strlen("META-INF/maven/");
    char group[sizeof((struct jar_artifact *)NULL)->name];
    char artifact[sizeof group];

    if (text_next_part(&at, "/", group, sizeof group) != '/') return;
    if (text_next_part(&at, "/", artifact, sizeof artifact) == '/')
        (void)text_copy(out, size_bytes, artifact);
}

// Of a pom.properties of Maven: the artifact, if Flink or Kinesis is in its name.
static void add_properties(const char *name, const char *properties,
                           struct jar_connectors *connectors) {
    struct jar_artifact artifact = {0};

    property_value(properties, "groupId", artifact.group, sizeof artifact.group);
    property_value(properties, "artifactId", artifact.name, sizeof artifact.name);
    property_value(properties, "version", artifact.version, sizeof artifact.version);
    if (artifact.name[0] == '\0') artifact_of_path(name, artifact.name, sizeof artifact.name);
    // No finding is about any other.
    if (!text_starts_with(artifact.name, "flink-") && strstr(artifact.name, "kinesis") == NULL)
        return;
    struct jar_artifact *known = find_artifact(connectors, artifact.name);
    if (known != NULL)
        *known = artifact; // its class was seen first
    else if (connectors->count < JAR_ARTIFACTS_MAX)
        connectors->artifacts[connectors->count++] = artifact;
}

// The first pom that has a version counts: the project's own comes first.
static void add_pom(const char *pom, struct jar_connectors *connectors) {
    for (size_t index = 0; index < COUNT_OF(markers); index++) {
        char *version = connectors->versions[index];
        if (version[0] == '\0')
            (void)pom_dependency_version(pom, markers[index].artifact, version,
                                         sizeof connectors->versions[index]);
    }
}

void jar_connectors_add(const char *name, const char *content, struct jar_connectors *connectors) {
    if (text_ends_with(name, ".class"))
        add_class(name, connectors);
    else if (content != NULL && is_pom(name))
        add_pom(content, connectors);
    else if (content != NULL && jar_connectors_reads(name))
        add_properties(name, content, connectors);
}

void jar_connectors_complete(struct jar_connectors *connectors) {
    for (size_t index = 0; index < COUNT_OF(markers); index++) {
        struct jar_artifact *artifact = find_artifact(connectors, markers[index].artifact);
        if (artifact != NULL && artifact->version[0] == '\0')
            (void)text_copy(artifact->version, sizeof artifact->version,
                            connectors->versions[index]);
    }
}

// --- what the service refuses ---

bool jar_artifact_is(const struct jar_artifact *artifact, const char *name) {
    size_t length = strlen(name);

    return text_starts_with(artifact->name, name) &&
           (artifact->name[length] == '\0' || artifact->name[length] == '_');
}

bool jar_artifact_is_refused(const struct jar_artifact *artifact) {
    return jar_artifact_is(artifact, JAR_CONNECTORS_KINESIS) &&
           version_of(artifact->version).major >= 0 &&
           version_compare(artifact->version, "1.15.2") < 0;
}

const struct jar_artifact *jar_connectors_find_refused(const struct jar_connectors *connectors) {
    for (size_t index = 0; index < connectors->count; index++)
        if (jar_artifact_is_refused(&connectors->artifacts[index]))
            return &connectors->artifacts[index];
    return NULL;
}
