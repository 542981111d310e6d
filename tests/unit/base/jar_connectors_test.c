// The connectors in a jar.
#include "base/jar_connectors.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define MAVEN "META-INF/maven/org.apache.flink/flink-connector-kinesis/pom.properties"
#define CLASS "org/apache/flink/streaming/connectors/kinesis/FlinkKinesisConsumer.class"

struct row {
    const char *names[2];
    const char *contents[2];
    const char *refused; // the version; NULL: it is not refused
};

static const struct row rows[] = {
    {{MAVEN}, {"artifactId=flink-connector-kinesis\nversion=1.14.0\n"}, "1.14.0"},
    {{MAVEN}, {"version=1.14.0\n#made by hand"}, "1.14.0"},
    {{MAVEN}, {"artifactId=flink-connector-kinesis_2.12\nversion=1.13.6\n"}, "1.13.6"},
    {{MAVEN}, {"artifactId=flink-connector-kinesis\nversion=1.15.2\n"}, NULL},
    {{MAVEN}, {"artifactId=flink-connector-kinesis\nversion=4.3.0-1.19\n"}, NULL},
    {{MAVEN}, {"artifactId=flink-connector-kinesis\n"}, NULL},
    {{MAVEN}, {"artifactId=flink-connector-kinesis\nversion=${project.version}\n"}, NULL},
    {{MAVEN}, {"artifactId=flink-connector-kafka\nversion=1.14.0\n"}, NULL},
    {{CLASS}, {NULL}, NULL},
    {{CLASS, "META-INF/maven/mine/job/pom.xml"},
     {NULL, "<dependency><artifactId>flink-connector-kinesis</artifactId><version>1.13.2</version>"
            "</dependency>"},
     "1.13.2"},
    // Only the dependency, without the connector itself.
    {{"META-INF/maven/mine/job/pom.xml"},
     {"<dependency><artifactId>flink-connector-kinesis</artifactId><version>1.13.2</version>"
      "</dependency>"},
     NULL},
    {{"BOOT-INF/pom.properties"}, {"artifactId=flink-connector-kinesis\nversion=1.1\n"}, NULL},
};

Test(jar_connectors, an_old_connector_for_kinesis_is_refused) {
    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        struct jar_connectors connectors = {0};
        for (size_t at = 0; at < 2 && rows[index].names[at] != NULL; at++)
            jar_connectors_add(rows[index].names[at], rows[index].contents[at], &connectors);
        jar_connectors_complete(&connectors);
        const struct jar_artifact *refused = jar_connectors_find_refused(&connectors);
        cr_assert(eq(int, refused != NULL, rows[index].refused != NULL), "row %zu", index);
        if (refused != NULL)
            cr_assert(eq(str, (char *)refused->version, (char *)rows[index].refused));
    }
}

Test(jar_connectors, only_the_files_of_maven_are_read) {
    cr_assert(jar_connectors_reads(MAVEN));
    cr_assert(jar_connectors_reads("META-INF/maven/mine/job/pom.xml"));
    cr_assert(not(jar_connectors_reads("pom.xml")));
    cr_assert(not(jar_connectors_reads(CLASS)));
}
