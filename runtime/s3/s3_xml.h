// Reads the XML answers of S3. Strict and bounded: elements, attributes (ignored), the predefined
// entities and character references; no DTD, CDATA or processing instruction, which S3 never sends.
// Pure.
#pragma once

#include "base/error.h"

#include <stddef.h>

#define S3_XML_PATH_SIZE      256
#define S3_XML_DEPTH_MAX      8
#define S3_XML_TEXT_MAX_BYTES 4096 // of one element

// Called at the end of each element with its path ("ListBucketResult/Contents/Key") and its own
// text, unescaped. False ends the reading, which then fails.
typedef bool s3_xml_visit_fn(void *userdata, const char *path, const char *text);

// ERROR_INVALID: not such a document, or `visit` ended it.
MUST_CHECK bool s3_xml_read(const char *bytes, size_t size_bytes, s3_xml_visit_fn *visit,
                            void *userdata, struct error *err);
