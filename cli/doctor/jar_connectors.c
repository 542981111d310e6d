#include "cli/doctor/jar_connectors.h"

#include "base/cleanup.h"
#include "base/pom.h"
#include "base/text.h"

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

static struct jar_artifact *find_artifact(struct jar_facts *facts, const char *name) {
    for (size_t index = 0; index < facts->artifact_count; index++)
        if (text_equal(facts->artifacts[index].name, name)) return &facts->artifacts[index];
    return NULL;
}

void jar_connectors_add_class(const char *class, struct jar_facts *facts) {
    for (size_t index = 0; index < COUNT_OF(markers); index++) {
        if (!text_equal(markers[index].class, class)) continue;
        if (facts->artifact_count == JAR_ARTIFACTS_MAX ||
            find_artifact(facts, markers[index].artifact) != NULL)
            return;
        struct jar_artifact *artifact = &facts->artifacts[facts->artifact_count++];
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

void jar_connectors_add_properties(const char *properties, struct jar_facts *facts) {
    struct jar_artifact artifact = {0};

    property_value(properties, "groupId", artifact.group, sizeof artifact.group);
    property_value(properties, "artifactId", artifact.name, sizeof artifact.name);
    property_value(properties, "version", artifact.version, sizeof artifact.version);
    // No finding is about any other.
    if (!text_starts_with(artifact.name, "flink-") && strstr(artifact.name, "kinesis") == NULL)
        return;
    struct jar_artifact *known = find_artifact(facts, artifact.name);
    if (known != NULL)
        *known = artifact; // its class was seen first
    else if (facts->artifact_count < JAR_ARTIFACTS_MAX)
        facts->artifacts[facts->artifact_count++] = artifact;
}

void jar_connectors_read_pom(const char *pom, struct jar_connector_versions *versions) {
    for (size_t index = 0; index < COUNT_OF(markers); index++) {
        char *version = versions->list[index];
        if (version[0] == '\0')
            (void)pom_dependency_version(pom, markers[index].artifact, version,
                                         sizeof versions->list[index]);
    }
}

void jar_connectors_complete(const struct jar_connector_versions *versions,
                             struct jar_facts *facts) {
    for (size_t index = 0; index < COUNT_OF(markers); index++) {
        struct jar_artifact *artifact = find_artifact(facts, markers[index].artifact);
        if (artifact != NULL && artifact->version[0] == '\0')
            (void)text_copy(artifact->version, sizeof artifact->version, versions->list[index]);
    }
}
