// What is in an application's jar, as plain data: jar_read() gathers it, jar_findings() judges it.
#pragma once

#include "base/jar_connectors.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JAR_NAME_SIZE = 200 };

// How many there are of a thing, with the first as an example; zeroed at first.
struct jar_count {
    size_t count;
    char example[JAR_NAME_SIZE];
};

struct jar_facts {
    int64_t size_bytes;
    char jar_within[JAR_NAME_SIZE]; // the jar in the zip that was given; "" = a jar was given
    bool has_manifest;
    char main_class[JAR_NAME_SIZE]; // that the manifest names; "" = none
    bool has_main_class;            // its class file is there
    size_t class_count;
    int newest_major; // of the class files
    struct jar_count newest;
    struct jar_count python_files;
    struct jar_count jars; // in the jar
    struct jar_count flink_core;
    struct jar_count log4j;   // log4j 1 or the core of log4j 2
    struct jar_count logback; // or another binding of SLF4J
    struct jar_count signatures;
    struct jar_count without_uid; // classes of the user that add operators and never call uid()
    struct jar_count batch;       // classes of the user that request batch execution
    struct jar_count firehose_source;
    bool calls_uid; // a class of the user does
    struct jar_connectors connectors;
};

static inline void jar_count_add(struct jar_count *count, const char *example) {
    if (count->count++ == 0) (void)text_copy(count->example, sizeof count->example, example);
}
