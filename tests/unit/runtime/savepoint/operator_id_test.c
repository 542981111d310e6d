// Ids of operators from their uids, against those in real savepoints (tests/data/savepoints).
#include "runtime/savepoint/operator_id.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

struct operator{
    char uid[64];
    char id[JOB_OPERATOR_ID_SIZE];
};

static struct operator operators[] = {
    {"numbers", "ca88eee0095684d687a1b6495617f957"},
    {"rules-uid", "0a42cc2232251c3fc2134ec3497d8ba5"},
    {"rules-source", "5182b45b6472b1a8299f474baebf57c3"},
    {"totals-uid", "52c8e2cb95647a74142bd4dd3c6a3e1d"},
    {"buffer-\xC3\xBC\xF0\x9F\x98\x80", "797d7c997575f2e4980ae7d6601ea54c"},
    {"", "00000000000000000000000000000000"},
    {"0123456789abcdef", "a7d14acf946de04bda08a7635c5bc387"}, // a whole block
    {"0123456789abcdef0123456789abcdef", "ba7c19d6b5263a4fa20c74fa1e29b510"},
    {"a uid of more than thirty-two bytes: totals per customer",
     "2b0d1d75ccd42552762b9357ed28440e"},
};

ParameterizedTestParameters(operator_id, is_that_of_flink) {
    return cr_make_param_array(struct operator, operators, COUNT_OF(operators));
}

ParameterizedTest(struct operator* one, operator_id, is_that_of_flink) {
    char id[JOB_OPERATOR_ID_SIZE];

    operator_id_of_uid(one->uid, id);
    cr_assert(eq(str, id, one->id));
}
