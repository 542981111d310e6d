// The classes and members that a Java class file names. Pure.
#pragma once

#include "base/error.h"

#include <stddef.h>

enum class_reference_kind { CLASS_REFERENCE_CLASS, CLASS_REFERENCE_MEMBER };

struct class_reference {
    enum class_reference_kind kind;
    char owner[256]; // "org/apache/flink/streaming/api/datastream/DataStream"; truncated if longer
    char name[128];  // of the method or field; "" for a class
};
typedef void class_reference_fn(void *userdata, const struct class_reference *reference);

enum { CLASS_FILE_HEAD_BYTES = 8, CLASS_FILE_MAJOR_OF_JAVA_1 = 44 };

// The version in the first CLASS_FILE_HEAD_BYTES: 55 is Java 11, 61 is 17. 0: not a class file.
int class_file_major(const unsigned char *bytes, size_t size_bytes);

// Calls `visit` for every class and every member that the constant pool names. ERROR_INVALID:
// damaged.
MUST_CHECK bool class_file_visit(const unsigned char *bytes, size_t size_bytes,
                                 class_reference_fn *visit, void *userdata, struct error *err);
