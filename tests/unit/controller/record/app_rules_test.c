// What a schema cannot say: delivery streams where a job would read.
#include "controller/record/app_rules.h"

#include "base/json.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

#define DELIVERY "arn:aws:firehose:us-east-1:000000000000:deliverystream/d"
#define STREAM   "arn:aws:kinesis:us-east-1:000000000000:stream/s"

struct property_row {
    char group[40];
    char key[40];
    char value[160];
    bool is_refused;
};

// clang-format off
static struct property_row properties[] = {
    {"Source",                   "stream.arn",     DELIVERY,               true},
    {"ConsumerConfigProperties", "arn",            DELIVERY,               true},
    {"job",                      "input.stream",   DELIVERY,               true},
    {"KinesisReader",            "stream",         DELIVERY,               true},
    {"job",                      "source.streams", STREAM "," DELIVERY,    true},
    {"ProducerConfigProperties", "arn",            DELIVERY,               false},
    {"sink",                     "delivery",       DELIVERY,               false},
    {"source",                   "stream.arn",     STREAM,                 false},
    {"source",                   "comment",        "no :firehose: at all", false},
};
// clang-format on

static json_t *request_of(const struct property_row *row) {
    return json_pack("{s:s,s:s,s:{s:{s:[{s:s,s:{s:s}}]}}}", "RuntimeEnvironment", "FLINK-1_20",
                     "ApplicationName", "a", "ApplicationConfiguration", "EnvironmentProperties",
                     "PropertyGroups", "PropertyGroupId", row->group, "PropertyMap", row->key,
                     row->value);
}

ParameterizedTestParameters(app_rules, refuse_a_delivery_stream_where_a_job_reads) {
    return cr_make_param_array(struct property_row, properties,
                               sizeof properties / sizeof properties[0]);
}

ParameterizedTest(struct property_row *row, app_rules, refuse_a_delivery_stream_where_a_job_reads) {
    AUTO(json_decref) json_t *request = request_of(row);
    struct error err = {0};

    bool is_allowed = app_rules_check_create(request, &APP_LIMITS_DEFAULT, &err);
    cr_assert(is_allowed != row->is_refused, "%s/%s: %s", row->group, row->key, err.message);
    if (!row->is_refused) return;
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(strstr(err.message, "Kinesis data stream") != NULL, "%s", err.message);
}
