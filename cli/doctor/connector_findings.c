#include "cli/doctor/connector_findings.h"

#include "base/text.h"

#include <string.h>

static bool is_connector(const struct jar_artifact *artifact) {
    return text_starts_with(artifact->name, "flink-connector-") ||
           text_starts_with(artifact->name, "flink-sql-connector-") ||
           text_equal(artifact->name, "amazon-kinesis-connector-flink");
}

// The Flink that a connector is made for: 1.20 with "5.1.0-1.20". Without such an end, the version
// is that of Flink for what is released with Flink, as all connectors were up to 1.17. Major -1:
// not known.
static struct version wanted_flink(const struct jar_artifact *artifact) {
    const char *dash = strrchr(artifact->version, '-');
    struct version wanted = version_of(dash == NULL ? artifact->version : dash + 1);
    bool is_of_flink = jar_artifact_is(artifact, "flink-connector-base") ||
                       jar_artifact_is(artifact, "flink-connector-files") ||
                       jar_artifact_is(artifact, "flink-connector-datagen");

    if (dash == NULL && !is_of_flink && (wanted.major != 1 || wanted.minor > 17)) wanted.major = -1;
    return wanted;
}

static void judge_fit(const struct jar_artifact *artifact, struct version flink,
                      struct findings *out) {
    struct version wanted = wanted_flink(artifact);
    static const char ADVICE[] = "Use the release of the connector for this Flink: its version "
                                 "is that of Flink, or ends with it, as in 5.1.0-1.20.";

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
    bool is_streams = jar_artifact_is(artifact, "flink-connector-aws-kinesis-streams");

    if (jar_artifact_is_refused(artifact))
        findings_add(out, FINDING_ERROR, "connectors",
                     "Update flink-connector-kinesis to 1.15.2 or newer (FLINK-23528).",
                     "the service refuses applications with %s %s", artifact->name,
                     artifact->version);
    else if (jar_artifact_is(artifact, JAR_CONNECTORS_KINESIS) && artifact->version[0] == '\0')
        findings_add(out, FINDING_HINT, "connectors",
                     "Make sure that it is 1.15.2 or newer: the service refuses older ones.",
                     "the version of %s is not known", artifact->name);
    if (jar_artifact_is(artifact, JAR_CONNECTORS_KINESIS))
        findings_add(out, FINDING_HINT, "connectors",
                     "To use a local Kinesis, set aws.endpoint in the properties of the consumer.",
                     "%s ignores AWS_ENDPOINT_URL and connects to AWS", artifact->name);
    if (is_streams && version_compare(artifact->version, "5.0.0") >= 0 &&
        version_compare(artifact->version, "6.0.0") < 0)
        findings_add(out, FINDING_HINT, "connectors",
                     "To use a local Kinesis, set aws.endpoint in the configuration of the source.",
                     "%s %s has an AWS SDK that ignores AWS_ENDPOINT_URL", artifact->name,
                     artifact->version);
}

void connector_findings(const struct jar_facts *facts, struct version flink, struct findings *out) {
    char list[400] = "";

    for (size_t index = 0; index < facts->connectors.count; index++) {
        const struct jar_artifact *artifact = &facts->connectors.artifacts[index];
        size_t used = strlen(list);
        if (!is_connector(artifact)) continue;
        (void)text_format(list + used, sizeof list - used, "%s%s %s", used == 0 ? "" : ", ",
                          artifact->name,
                          artifact->version[0] == '\0' ? "(version unknown)" : artifact->version);
        judge_fit(artifact, flink, out);
        judge_known_bad(artifact, out);
    }
    findings_add(out, FINDING_GOOD, "connectors", NULL, "%s",
                 list[0] == '\0' ? "the jar has none" : list);
}
