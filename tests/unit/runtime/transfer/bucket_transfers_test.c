// Exports and imports with an S3 endpoint.
#include "unit/transfer_files.h"

TestSuite(bucket_transfers, .init = set_up, .fini = tear_down);

static bool has_object(const char *key, const void *bytes, size_t size) {
    const struct fake_s3_bytes *found = fake_s3_find(&fake, key);

    return found != NULL && found->size_bytes == size && memcmp(found->bytes, bytes, size) == 0;
}

static void check_exported(void) {
    cr_assert(has_object("exports/op/_metadata", METADATA, 8));
    cr_assert(has_object("exports/op/a b/\u00e4", "abc", 3));
    cr_assert(has_object("exports/op/empty", "", 0));
    cr_assert(has_object("exports/op/large", large, sizeof large));
    cr_assert(eq(sz, fake.object_count, 4));
}

Test(bucket_transfers, an_export_is_imported_as_it_was) {
    make_savepoint();
    check_success(transfer(TRANSFER_EXPORT, "one"));
    check_exported();
    cr_assert(eq(int, fake.puts, 3 + 7)); // parts of 40000 bytes
    fake.page_max = 1;
    check_success(transfer(TRANSFER_IMPORT, "two"));
    check_imported("two");
    cr_assert(eq(int, fake.lists, 1 + 4));
}

Test(bucket_transfers, an_export_leaves_out_what_is_not_a_regular_file) {
    char path[FILE_PATH_MAX];

    make_savepoint();
    (void)text_format(path, sizeof path, "%s/fifo", snapshot("one"));
    cr_assert(mkfifo(path, 0600) == 0);
    (void)text_format(path, sizeof path, "%s/link", snapshot("one"));
    cr_assert(symlink("/etc/passwd", path) == 0);
    (void)text_format(path, sizeof path, "%s/up", snapshot("one"));
    cr_assert(symlink("..", path) == 0);
    check_success(transfer(TRANSFER_EXPORT, "one"));
    check_exported();
}

Test(bucket_transfers, an_export_that_was_killed_continues) {
    struct outcome killed = {0};

    make_savepoint();
    begin(TRANSFER_EXPORT, "one", &killed);
    // Some files and some parts are there.
    while (fake.puts < 5)
        cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
    cr_assert(fake_s3_find(&fake, "exports/op/_metadata") == NULL);
    reopen();
    check_success(transfer(TRANSFER_EXPORT, "one"));
    check_exported();
    cr_assert(not(killed.is_done));
    // A request that was under way may have been stored and sent again.
    cr_assert(le(int, fake.puts, 3 + 7 + 2));
    check_success(transfer(TRANSFER_EXPORT, "one"));
    cr_assert(le(int, fake.puts, 3 + 7 + 2));
}

Test(bucket_transfers, an_import_that_was_killed_continues) {
    struct outcome killed = {0};

    make_savepoint();
    check_success(transfer(TRANSFER_EXPORT, "one"));
    begin(TRANSFER_IMPORT, "two", &killed);
    while (fake.gets < 4)
        cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
    reopen();
    check_success(transfer(TRANSFER_IMPORT, "two"));
    check_imported("two");
    cr_assert(not(killed.is_done));
    cr_assert(le(int, fake.gets, 5));
}

Test(bucket_transfers, a_transfer_may_be_killed_at_any_point) {
    make_savepoint();
    for (int events = 0; events < EVENTS_MAX; events += EVENTS_STEP) {
        char name[16];
        kill_and_repeat(TRANSFER_EXPORT, "one", events);
        check_exported();
        (void)text_format(name, sizeof name, "copy%d", events);
        kill_and_repeat(TRANSFER_IMPORT, name, events);
        check_imported(name);
        fake_s3_release(&fake);
        fake_s3_open(&fake, loop, fake.port);
    }
}

Test(bucket_transfers, nothing_unfinished_is_left) {
    make_savepoint();
    check_success(transfer(TRANSFER_EXPORT, "one"));
    write_file(snapshot("two"), ".kobel-unfinished-3", "x", 1);
    check_success(transfer(TRANSFER_IMPORT, "two"));
    cr_assert(not(has_file(snapshot("two"), ".kobel-unfinished-3", "x", 1)));
}

Test(bucket_transfers, a_server_that_fails_is_asked_again) {
    make_savepoint();
    fake.failures = 1;
    fake.failures_of_writes = 2;
    fake.fails_completion = true;
    check_success(transfer(TRANSFER_EXPORT, "one"));
    check_exported();
    fake.failures = 2;
    check_success(transfer(TRANSFER_IMPORT, "two"));
    check_imported("two");
}

static int on_time_to_open(sd_event_source *source, uint64_t now_us, void *userdata) {
    (void)source;
    (void)now_us;
    (void)userdata;
    fake_s3_open(&fake, loop, fake.port);
    return 0;
}

Test(bucket_transfers, an_endpoint_that_is_down_is_waited_for) {
    sd_event_source *timer = NULL;

    make_savepoint();
    fake_s3_close(&fake);
    cr_assert(sd_event_add_time_relative(loop, &timer, CLOCK_MONOTONIC, 300000, 1, on_time_to_open,
                                         NULL) >= 0);
    check_success(transfer(TRANSFER_EXPORT, "one"));
    check_exported();
    (void)sd_event_source_disable_unref(timer);
}

Test(bucket_transfers, failures_of_the_bucket_are_told_apart) {
    make_savepoint();
    fake.refusal = "AccessDenied";
    check_failure(transfer(TRANSFER_EXPORT, "one"), TRANSFER_FAULT_ACCESS_DENIED);
    check_failure(transfer(TRANSFER_IMPORT, "two"), TRANSFER_FAULT_ACCESS_DENIED);
    fake.refusal = NULL;
    fake.secret_key = "another";
    check_failure(transfer(TRANSFER_EXPORT, "one"), TRANSFER_FAULT_ACCESS_DENIED);
    fake.secret_key = "secret";
    fake.bucket = "another";
    check_failure(transfer(TRANSFER_EXPORT, "one"), TRANSFER_FAULT_NO_SUCH_BUCKET);
    check_failure(transfer(TRANSFER_IMPORT, "two"), TRANSFER_FAULT_NO_SUCH_BUCKET);
}

Test(bucket_transfers, a_source_without_a_savepoint_is_refused) {
    write_file(snapshot("one"), "data", "x", 1);
    check_failure(transfer(TRANSFER_EXPORT, "one"), TRANSFER_FAULT_SAVEPOINT_NOT_FOUND);
    check_failure(transfer(TRANSFER_EXPORT, "absent"), TRANSFER_FAULT_SAVEPOINT_NOT_FOUND);
    check_failure(transfer(TRANSFER_IMPORT, "two"), TRANSFER_FAULT_SAVEPOINT_NOT_FOUND);
    fake_s3_put(&fake, "exports/op/sub/_metadata", METADATA, 8);
    check_failure(transfer(TRANSFER_IMPORT, "two"), TRANSFER_FAULT_SAVEPOINT_NOT_FOUND);
}

Test(bucket_transfers, an_import_refuses_what_is_no_savepoint) {
    fake_s3_put(&fake, "exports/op/_metadata", "something else", 14);
    check_failure(transfer(TRANSFER_IMPORT, "two"), TRANSFER_FAULT_INVALID_SAVEPOINT);
    cr_assert(not(has_file(snapshot("two"), "_metadata", "something else", 14)));
    fake_s3_put(&fake, "exports/op/_metadata", METADATA, 8);
    fake_s3_put(&fake, "exports/op/../escaped", "x", 1);
    check_failure(transfer(TRANSFER_IMPORT, "two"), TRANSFER_FAULT_INVALID_SAVEPOINT);
    cr_assert(not(has_file(data, "snapshots/escaped", "x", 1)));
}

Test(bucket_transfers, a_reason_is_one_line) {
    fake_s3_put(&fake, "exports/op/_metadata", METADATA, 8);
    fake_s3_put(&fake, "exports/op/two\nlines", "x", 1);
    struct outcome outcome = transfer(TRANSFER_IMPORT, "two");
    check_failure(outcome, TRANSFER_FAULT_INVALID_SAVEPOINT);
    cr_assert(eq(str, outcome.reason, "'two lines' cannot be the name of a file"));
}

Test(bucket_transfers, the_metadata_of_a_directory_in_it_is_a_file_as_any_other) {
    enum { FILES = 40 };

    fake_s3_put(&fake, "exports/op/_metadata", METADATA, 8);
    fake_s3_put(&fake, "exports/op/a/_metadata", METADATA, 8);
    for (int number = 0; number < FILES; number++) {
        char key[40];
        (void)text_format(key, sizeof key, "exports/op/b%d", number);
        fake_s3_put(&fake, key, "x", 1);
    }
    struct outcome outcome = transfer(TRANSFER_IMPORT, "two");
    cr_assert(eq(int, outcome.fault, TRANSFER_FAULT_NONE), "%s", outcome.reason);
    cr_assert(has_file(snapshot("two"), "a/_metadata", METADATA, 8));
    cr_assert(has_file(snapshot("two"), "b39", "x", 1));
    cr_assert(eq(i64, outcome.size_bytes, 16 + FILES));
    cr_assert(eq(int, fake.gets, 2 + FILES)); // none was disturbed and repeated
}

Test(bucket_transfers, an_import_leaves_out_the_directories_of_consoles) {
    fake_s3_put(&fake, "exports/op/", "", 0);
    fake_s3_put(&fake, "exports/op/_metadata", METADATA, 8);
    fake_s3_put(&fake, "exports/op/sub/", "", 0);
    fake_s3_put(&fake, "exports/op/sub/x", "x", 1);
    struct outcome outcome = transfer(TRANSFER_IMPORT, "two");
    cr_assert(eq(int, outcome.fault, TRANSFER_FAULT_NONE), "%s", outcome.reason);
    cr_assert(has_file(snapshot("two"), "sub/x", "x", 1));
    cr_assert(eq(i64, outcome.size_bytes, 9));
}

// A directory cannot be made where a file is.
static void block_snapshots(void) {
    write_file(data, "snapshots", "x", 1);
}

static int on_time_to_unblock(sd_event_source *source, uint64_t now_us, void *userdata) {
    char path[FILE_PATH_MAX];

    (void)source;
    (void)now_us;
    (void)userdata;
    (void)text_format(path, sizeof path, "%s/snapshots", data);
    cr_assert(unlink(path) == 0);
    return 0;
}

Test(bucket_transfers, a_disk_that_fails_is_tried_again) {
    sd_event_source *timer = NULL;

    fake_s3_put(&fake, "exports/op/_metadata", METADATA, 8);
    block_snapshots();
    cr_assert(sd_event_add_time_relative(loop, &timer, CLOCK_MONOTONIC, 20000, 1,
                                         on_time_to_unblock, NULL) >= 0);
    struct outcome outcome = transfer(TRANSFER_IMPORT, "two");
    cr_assert(eq(int, outcome.fault, TRANSFER_FAULT_NONE), "%s", outcome.reason);
    cr_assert(has_file(snapshot("two"), "_metadata", METADATA, 8));
    (void)sd_event_source_disable_unref(timer);
}

Test(bucket_transfers, a_disk_that_keeps_failing_ends_the_transfer) {
    fake_s3_put(&fake, "exports/op/_metadata", METADATA, 8);
    block_snapshots();
    check_failure(transfer(TRANSFER_IMPORT, "two"), TRANSFER_FAULT_INTERNAL);
}

Test(bucket_transfers, a_snapshot_lies_in_the_data_directory) {
    struct snapshot_transfer_port port = bucket_transfers_port(transfers);
    struct outcome outcome = {0};
    struct transfer_order order = {.id = "op",
                                   .kind = TRANSFER_EXPORT,
                                   .directory = "/etc",
                                   .bucket = "bucket",
                                   .prefix = "exports/op/"};

    snapshot_transfer_begin(&port, &order, on_done, &outcome);
    run(&outcome.is_done);
    check_failure(outcome, TRANSFER_FAULT_INTERNAL);
}

Test(bucket_transfers, a_directory_of_the_data_directory_may_be_a_link) {
    char path[FILE_PATH_MAX];
    char elsewhere[128];

    (void)text_format(elsewhere, sizeof elsewhere, "%s/elsewhere", top);
    (void)text_format(path, sizeof path, "%s/snapshots", data);
    cr_assert(mkdir(elsewhere, 0700) == 0 && symlink(elsewhere, path) == 0);
    make_savepoint();
    check_success(transfer(TRANSFER_EXPORT, "one"));
    check_success(transfer(TRANSFER_IMPORT, "two"));
    check_imported("two");
}

Test(bucket_transfers, an_object_that_has_grown_is_no_savepoint) {
    make_savepoint();
    check_success(transfer(TRANSFER_EXPORT, "one"));
    fake.unlisted_bytes = 3;
    // "empty" has none to lose.
    fake_s3_put(&fake, "exports/op/empty", "abc", 3);
    check_failure(transfer(TRANSFER_IMPORT, "two"), TRANSFER_FAULT_INVALID_SAVEPOINT);
}

Test(bucket_transfers, a_job_cannot_redirect_a_transfer_by_a_link) {
    make_savepoint();
    cr_assert(mkdir(snapshot("elsewhere"), 0700) == 0);
    cr_assert(symlink("one", snapshot("link")) == 0);
    check_failure(transfer(TRANSFER_EXPORT, "link"), TRANSFER_FAULT_SAVEPOINT_NOT_FOUND);
}

// --- more than can run at the same time ---

static void on_one_of_many(void *userdata, const char *id, const struct transfer_result *result) {
    int *left = userdata;

    cr_assert(eq(int, result->fault, TRANSFER_FAULT_NONE), "%s: %s", id, result->reason);
    (*left)--;
}

Test(bucket_transfers, many_transfers_wait_for_their_turn) {
    struct snapshot_transfer_port port = bucket_transfers_port(transfers);
    int left = 12;

    write_file(snapshot("one"), "_metadata", METADATA, 8);
    for (int number = 0; number < 12; number++) {
        char id[16];
        char prefix[32];
        (void)text_format(id, sizeof id, "op%d", number);
        (void)text_format(prefix, sizeof prefix, "exports/op%d/", number);
        struct transfer_order order = {.id = id,
                                       .kind = TRANSFER_EXPORT,
                                       .directory = snapshot("one"),
                                       .bucket = "bucket",
                                       .prefix = prefix};
        snapshot_transfer_begin(&port, &order, on_one_of_many, &left);
    }
    while (left > 0)
        cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
    cr_assert(eq(sz, fake.object_count, 12));
}
