// No answer blocks the loop for long: what one turn reads has a limit.
#include "base/memory.h"
#include "base/text.h"
#include "controller/reconciler.h"
#include "fakes/fake_world.h"
#include "storage/metric_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(turn_limits, .init = set_up, .fini = tear_down);

static void create_many(int count) {
    struct app_scope scope = world.scope;
    char name[32];

    for (int number = 0; number < count; number++) {
        // A Region of an account has at most a hundred.
        if (number >= 100)
            (void)text_format(world.scope.account, sizeof world.scope.account, "%012d",
                              number / 100);
        (void)text_format(name, sizeof name, "app-%03d", number);
        cr_assert(fake_world_create(&world, name, &err), "%s", err.message);
    }
    world.scope = scope;
}

Test(turn_limits, lists_the_status_of_a_limited_number_of_applications) {
    AUTO(json_decref) json_t *seen = json_new_object();
    char after[APP_ID_SIZE] = "";
    int pages = 0;

    create_many(95);
    do {
        AUTO(json_decref) json_t *status = NULL;
        cr_assert(app_service_status(world.service, after, 30, &status, &err), "%s", err.message);
        const json_t *apps = json_member(status, "apps");
        cr_assert(le(sz, json_array_size(apps), 30));
        cr_assert(eq(int, (int)json_int_or(status, "applications", 0), 95));
        for (size_t index = 0; index < json_array_size(apps); index++)
            json_put(seen, json_text_or(json_array_get(apps, index), "name", ""), json_true());
        (void)text_copy(after, sizeof after, json_text_or(status, "next", ""));
        pages++;
    } while (after[0] != '\0');
    cr_assert(eq(int, pages, 4));
    cr_assert(eq(sz, json_object_size(seen), 95));
}

static int count_of(const char *text, const char *part) {
    int count = 0;

    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
        count++;
    return count;
}

Test(turn_limits, prints_metrics_in_parts_of_a_limited_number_of_applications) {
    AUTO(buffer_release) struct buffer whole = BUFFER_INIT(1 << 24);
    struct exposition *exposition = NULL;
    bool has_more = true;

    create_many(250);
    exposition = app_service_exposition_new(world.service);
    while (has_more) {
        AUTO(buffer_release) struct buffer piece = BUFFER_INIT(1 << 20);
        cr_assert(app_service_exposition_next(exposition, &piece, &has_more, &err), "%s",
                  err.message);
        cr_assert(le(int, count_of(buffer_text(&piece), "application=\""), 200));
        (void)buffer_append_text(&whole, buffer_text(&piece));
    }
    app_service_exposition_free(exposition);
    cr_assert(eq(int, count_of(buffer_text(&whole), "\nkobel_application_status{"), 250));
    cr_assert(eq(int, count_of(buffer_text(&whole), "\nkobel_application_parallelism{"), 250));
    cr_assert(eq(int, count_of(buffer_text(&whole), "# TYPE kobel_application_status "), 1));
    cr_assert(eq(int, count_of(buffer_text(&whole), "# TYPE kobel_application_uptime"), 1));
}

// --- minutes ---

static const int64_t MINUTE_MS = 60000;

// The figures of one minute of a job with `tasks` tasks.
static json_t *some_figures(int tasks) {
    json_t *figures = json_new_object();
    json_t *app = json_new_object();
    json_t *all = json_new_object();
    char name[64];

    json_put(app, "uptime", json_real(1));
    json_put(figures, "app", app);
    for (int task = 0; task < tasks; task++) {
        json_t *one = json_new_object();
        (void)text_format(name, sizeof name, "task %d of a name as Flink makes them", task);
        json_put(one, "numRecordsIn", json_real(12345.678));
        json_put(one, "numRecordsOut", json_real(2345.678));
        json_put(all, name, one);
    }
    json_put(figures, "tasks", all);
    return figures;
}

static void add_rows(int count, const json_t *figures) {
    AUTO(db_rollback) struct db_tx tx = {0};
    struct app app = fake_world_app(&world, "app-000");

    cr_assert(db_begin(world.db, &tx, &err));
    for (int minute = count; minute > 0; minute--)
        cr_assert(
            metric_store_set(world.db, app.id, world.now_ms - minute * MINUTE_MS, figures, 0, &err),
            "%s", err.message);
    cr_assert(db_commit(&tx, &err));
}

static void add_minutes(int count, int tasks) {
    AUTO(json_decref) json_t *figures = some_figures(tasks);

    add_rows(count, figures);
}

static json_t *ask(int64_t from_ms) {
    struct metric_query query = {.from_ms = from_ms, .to_ms = INT64_MAX, .metric = "", .task = ""};
    json_t *metrics = NULL;

    cr_assert(app_service_metrics(world.service, &world.scope, "app-000", &query, &metrics, &err),
              "%s", err.message);
    return metrics;
}

static size_t count_points(const json_t *metrics, const char *name) {
    const json_t *series = json_member(metrics, "series");
    size_t count = 0;

    for (size_t index = 0; index < json_array_size(series); index++) {
        const json_t *one = json_array_get(series, index);
        if (name == NULL || text_equal(json_text(one, "name"), name))
            count += json_array_size(json_member(one, "points"));
    }
    return count;
}

Test(turn_limits, returns_three_hours_of_minutes_and_where_the_next_part_begins) {
    create_many(1);
    add_minutes(600, 1);
    AUTO(json_decref) json_t *newest = ask(-1);
    cr_assert(eq(sz, count_points(newest, "uptime"), 180));
    cr_assert(json_member(newest, "next") == NULL);

    size_t minutes = 0;
    int64_t from_ms = world.now_ms - 500 * MINUTE_MS;
    while (from_ms != 0) {
        AUTO(json_decref) json_t *part = ask(from_ms);
        cr_assert(le(sz, count_points(part, "uptime"), 240));
        minutes += count_points(part, "uptime");
        from_ms = json_int_or(part, "next", 0);
    }
    cr_assert(eq(sz, minutes, 500));
}

Test(turn_limits, returns_fewer_minutes_of_a_job_with_many_tasks) {
    size_t minutes = 0;
    int64_t from_ms = -1;

    create_many(1);
    add_minutes(300, 60);
    do {
        AUTO(json_decref) json_t *part = ask(from_ms);
        cr_assert(lt(sz, count_points(part, NULL), 5000 + 121));
        minutes += count_points(part, "uptime");
        from_ms = json_int_or(part, "next", 0);
    } while (from_ms != 0);
    cr_assert(eq(sz, minutes, 180));
}

// Minutes are read also where the answer has none of their values.
Test(turn_limits, limits_what_is_read_and_not_what_is_returned) {
    struct metric_query query = {
        .from_ms = -1, .to_ms = INT64_MAX, .metric = "numRecordsIn", .task = "no such task"};
    AUTO(json_decref) json_t *metrics = NULL;

    create_many(1);
    add_minutes(170, 400);
    cr_assert(app_service_metrics(world.service, &world.scope, "app-000", &query, &metrics, &err));
    cr_assert(gt(i64, json_int_or(metrics, "next", 0), 0));
}

// Rows of a megabyte: the limit of bytes is reached long before that of fifteen days.
Test(turn_limits, keeps_minutes_up_to_the_size_limit_of_an_application) {
    AUTO(json_decref) json_t *figures = some_figures(0);
    AUTO(memory_free) char *filler = memory_alloc((1 << 20) + 1);
    memset(filler, 'x', 1 << 20);
    json_put_text(figures, "filler", filler);
    AUTO(memory_free) char *text = json_print(figures);
    int64_t rows = METRIC_MAX_BYTES / (int64_t)strlen(text);
    int64_t from_ms = 1;
    int64_t kept = 0;

    create_many(1);
    add_rows((int)rows + 20, figures);
    while (from_ms != 0) {
        AUTO(json_decref) json_t *part = ask(from_ms);
        kept += (int64_t)count_points(part, "uptime");
        from_ms = json_int_or(part, "next", 0);
    }
    cr_assert(ge(i64, kept, rows - 2));
    cr_assert(le(i64, kept, rows + 1));
}

// All are due when the daemon starts, and each reading of the clock takes 1 ms.
Test(turn_limits, reconciles_many_applications_in_several_turns) {
    int64_t due_ms;
    int turns = 0;

    create_many(95);
    fake_world_run(&world, 20);
    fake_world_crash(&world);
    world.elapsed_step_ms = 1;
    for (; controller_next_due_ms(world.service, &due_ms) && due_ms <= world.now_ms; turns++) {
        int64_t began_ms = world.elapsed_ms;
        reconciler_run_due(world.service);
        cr_assert(world.elapsed_ms - began_ms <= 20, "%lld ms",
                  (long long)(world.elapsed_ms - began_ms));
    }
    cr_assert(ge(int, turns, 5));
}
