// Versions of dependencies in a project's pom.xml.
#include "base/pom.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const char POM[] =
    "<project><properties><kafka.version> 3.4.0-1.20 </kafka.version>\n"
    "<loop.version>${loop.version}</loop.version></properties>\n<dependencies>\n"
    "<!-- <dependency><artifactId>flink-connector-jdbc</artifactId><version>1</version>"
    "</dependency> -->\n"
    "<dependency>\n  <groupId>org.apache.flink</groupId>\n"
    "  <artifactId>flink-connector-kafka</artifactId>\n  <version>${kafka.version}</version>\n"
    "</dependency>\n"
    "<dependency><artifactId>flink-connector-kinesis_2.12</artifactId><version>1.13.6</version>"
    "<exclusions><exclusion><artifactId>flink-connector-files</artifactId></exclusion></exclusions>"
    "</dependency>\n"
    "<dependency><artifactId>flink-connector-mongodb</artifactId></dependency>\n"
    "<dependency><artifactId>flink-connector-a</artifactId><version>${other}</version>"
    "</dependency>\n"
    "<dependency><artifactId>flink-connector-b</artifactId><version>1-${loop.version}</version>"
    "</dependency>\n"
    "<dependency><artifactId>flink-connector-c</artifactId><version>${loop.version}</version>"
    "</dependency>\n"
    "</dependencies></project>";

Test(pom, a_version_is_found_where_the_pom_itself_says_it) {
    static const struct {
        const char *artifact;
        const char *version; // NULL: not found
    } rows[] = {
        {"flink-connector-kafka", "3.4.0-1.20"},
        {"flink-connector-kinesis", "1.13.6"},
        {"flink-connector-kin", NULL},
        {"flink-connector-jdbc", NULL},
        {"flink-connector-files", NULL},
        {"flink-connector-mongodb", NULL},
        {"flink-connector-a", NULL},
        {"flink-connector-b", NULL},
        {"flink-connector-c", NULL},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        char version[48] = "";
        bool is_found = pom_dependency_version(POM, rows[index].artifact, version, sizeof version);
        cr_assert(eq(int, is_found, rows[index].version != NULL), "%s", rows[index].artifact);
        if (is_found)
            cr_assert(text_equal(version, rows[index].version), "%s: %s", rows[index].artifact,
                      version);
    }
}

Test(pom, half_a_pom_says_nothing) {
    static const char *const texts[] = {"", "<dependency>",
                                        "<dependency><artifactId>x</artifactId><version>1",
                                        "<!-- <dependency>"};
    char version[48];

    for (size_t index = 0; index < COUNT_OF(texts); index++)
        cr_assert(not(pom_dependency_version(texts[index], "x", version, sizeof version)), "%s",
                  texts[index]);
}
