// What is in an application's jar: plain data, gathered by jar_read() and judged by jar_findings().
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JAR_ARTIFACTS_MAX = 64, JAR_NAME_SIZE = 200 };

// A Maven artifact that was shaded into the jar.
struct jar_artifact {
    char group[80];
    char name[80];
    char version[48]; // "" when only its classes show that it is there, and no pom tells more
};

// Something that is there some times; the first one is an example.
struct jar_count {
    size_t count;
    char example[JAR_NAME_SIZE];
};

struct jar_facts {
    int64_t size_bytes;
    char jar_within[JAR_NAME_SIZE]; // of the zip that was given; "" = a jar was given
    bool has_manifest;
    char main_class[JAR_NAME_SIZE]; // "" = not said
    bool has_main_class;            // its class file is there
    size_t class_count;
    int newest_major; // of the class files
    struct jar_count newest;
    struct jar_count python_files;
    struct jar_count jars; // within it
    struct jar_count flink_core;
    struct jar_count log4j;   // log4j 1 or the core of log4j 2
    struct jar_count logback; // or another binding of SLF4J
    struct jar_count signatures;
    struct jar_count without_uid; // own classes that add operators and never call uid()
    struct jar_count batch;       // own classes that ask for batch execution
    struct jar_count firehose_source;
    bool calls_uid; // somewhere
    struct jar_artifact artifacts[JAR_ARTIFACTS_MAX];
    size_t artifact_count; // further ones are not kept
};

void jar_count_add(struct jar_count *count, const char *example);
