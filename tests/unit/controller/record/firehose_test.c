// Delivery streams where an SQL application would read.
#include "controller/record/firehose.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define DELIVERY "arn:aws:firehose:us-east-1:000000000000:deliverystream/d"
#define STREAM   "arn:aws:kinesis:us-east-1:000000000000:stream/s"

static bool is_delivery(const char *text) {
    AUTO(json_decref) json_t *input = NULL;
    struct error err;

    cr_assert(json_parse(text, strlen(text), &input, &err), "%s", err.message);
    return firehose_is_input(input);
}

Test(firehose, is_known_as_an_input) {
    cr_assert(is_delivery("{\"KinesisFirehoseInput\":{\"ResourceARN\":\"" DELIVERY "\"}}"));
    cr_assert(is_delivery("{\"KinesisStreamsInput\":{\"ResourceARN\":\"" DELIVERY "\"}}"));
    cr_assert(is_delivery("{\"KinesisFirehoseInputUpdate\":{}}"));
    cr_assert(
        is_delivery("{\"KinesisStreamsInputUpdate\":{\"ResourceARNUpdate\":\"" DELIVERY "\"}}"));
    cr_assert(not(is_delivery("{\"KinesisStreamsInput\":{\"ResourceARN\":\"" STREAM "\"}}")));
    cr_assert(not(is_delivery("{}")));
}
