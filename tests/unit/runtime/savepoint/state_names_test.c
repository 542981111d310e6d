// Names of states at the beginning of a stream of state.
#include "runtime/savepoint/state_names.h"

#include "base/memory.h"
#include "unit/runtime/savepoint/metadata_bytes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct state_names_record found[8];
static size_t found_count;

static void keep(void *userdata, const struct state_names_record *record) {
    (void)userdata;
    cr_assert(lt(sz, found_count, COUNT_OF(found)));
    found[found_count++] = *record;
}

static bool find(const struct buffer *bytes, bool is_whole) {
    found_count = 0;
    return state_names_find(bytes->data, bytes->size_bytes, is_whole, keep, NULL);
}

Test(state_names, are_found_with_kind_and_serializer) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(10000);

    put_keyed_head(&bytes, "total");
    cr_assert(find(&bytes, true));
    cr_assert(eq(sz, found_count, 1));
    cr_assert(eq(str, found[0].name, "total"));
    cr_assert(eq(int, found[0].kind, SAVEPOINT_STATE_KEYED_VALUE));
    cr_assert(eq(str, found[0].serializer, "org.example.ValueSnapshot"));
}

Test(state_names, of_timers_have_no_option) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(10000);

    put_text(&bytes, "timers");
    put_int(&bytes, 3);
    put_int(&bytes, 0);
    put_int(&bytes, 1);
    put_text(&bytes, "VALUE_SERIALIZER");
    put_int(&bytes, 2);
    put_text(&bytes, "org.example.TimerSnapshot");
    cr_assert(find(&bytes, true));
    cr_assert(eq(str, found[0].name, "timers"));
    cr_assert(eq(int, found[0].kind, SAVEPOINT_STATE_TIMERS));
    cr_assert(eq(str, found[0].serializer, "org.example.TimerSnapshot"));
}

Test(state_names, of_an_unknown_kind_are_kept) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(10000);

    put_text(&bytes, "x");
    put_int(&bytes, 0);
    put_int(&bytes, 1);
    put_text(&bytes, "KEYED_STATE_TYPE");
    put_text(&bytes, "SOMETHING");
    cr_assert(find(&bytes, true));
    cr_assert(eq(int, found[0].kind, SAVEPOINT_STATE_UNKNOWN));
    cr_assert(eq(str, found[0].serializer, ""));
}

Test(state_names, are_not_complete_where_the_end_is_not_known) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(100000);
    AUTO(memory_free) char *state = memory_alloc(5000);

    put_bytes(&bytes, state, 2000);
    put_keyed_head(&bytes, "total");
    cr_assert(not(find(&bytes, false)));
    cr_assert(find(&bytes, true));
    put_bytes(&bytes, state, 5000); // more than a record: what follows is state already
    cr_assert(find(&bytes, false));
}

Test(state_names, need_all_parts_of_a_record) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(10000);

    put_text(&bytes, "KEYED_STATE_TYPE"); // nothing before it
    put_text(&bytes, "VALUE");
    put_int(&bytes, 0);
    put_text(&bytes, "VALUE_SERIALIZER");
    cr_assert(not(find(&bytes, true)));
    cr_assert(eq(sz, found_count, 0));
}

Test(state_names, of_every_beginning_of_a_stream_are_read_within_it) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(10000);

    put_keyed_head(&bytes, "total");
    for (size_t size = 0; size < bytes.size_bytes; size++) {
        AUTO(memory_free) char *copy = memory_alloc(size + 1); // for AddressSanitizer
        memcpy(copy, bytes.data, size);
        found_count = 0;
        (void)state_names_find(copy, size, false, keep, NULL);
        cr_assert(le(sz, found_count, 1));
    }
}
