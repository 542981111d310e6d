#include "controller/record/firehose.h"

#include "base/text.h"

#include <string.h>

bool firehose_is_named(const char *text) {
    return strstr(text, ":firehose:") != NULL;
}

// The members of an input, or of an update of one, that name a stream.
bool firehose_is_input(const json_t *input) {
    static const char *const streams[][2] = {
        {"KinesisStreamsInput", "ResourceARN"},
        {"KinesisStreamsInputUpdate", "ResourceARNUpdate"},
    };

    for (size_t index = 0; index < COUNT_OF(streams); index++) {
        const char *arn =
            json_text_or(json_member(input, streams[index][0]), streams[index][1], "");
        if (firehose_is_named(arn)) return true;
    }
    return json_member(input, "KinesisFirehoseInput") != NULL ||
           json_member(input, "KinesisFirehoseInputUpdate") != NULL;
}

bool firehose_refuse(enum error_kind kind, const char *what, struct error *err) {
    return error_set(err, kind,
                     "%s names a Firehose delivery stream as a source, and nothing can read from "
                     "one. Read the Kinesis data stream that feeds the delivery stream instead.",
                     what);
}

static bool names_a_source(const char *name) {
    static const char *const words[] = {"source", "input", "consumer", "reader"};

    for (size_t index = 0; index < COUNT_OF(words); index++)
        if (strcasestr(name, words[index]) != NULL) return true;
    return false;
}

bool firehose_check_property(const char *group, const char *key, const char *value,
                             struct error *err) {
    char what[512];

    // One of several ARNs is as wrong as a single one.
    if (strstr(value, "arn:") == NULL || !firehose_is_named(value)) return true;
    if (!names_a_source(group) && !names_a_source(key)) return true;
    (void)text_format(what, sizeof what, "Property '%.200s' of group '%.60s'", key, group);
    return firehose_refuse(ERROR_INVALID, what, err);
}
