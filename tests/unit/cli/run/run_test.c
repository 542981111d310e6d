// What `kobel run` reads, asks for and looks at.
#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/package/properties.h"
#include "cli/run/run_code.h"
#include "cli/run/run_request.h"
#include "cli/run/watch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct error err;

static bool reads_as(const char *text, const char *expected) {
    AUTO(json_decref) json_t *groups = json_new_array();

    if (!properties_add_text(groups, NULL, text, strlen(text), &err)) return false;
    AUTO(memory_free) char *printed = json_print(groups);
    return text_equal(printed, expected);
}

Test(properties, lines_and_json_are_the_same) {
    static const char EXPECTED[] =
        "[{\"PropertyGroupId\":\"A\",\"PropertyMap\":{\"k\":\"v\",\"l\":\"a=b\"}},"
        "{\"PropertyGroupId\":\"B\",\"PropertyMap\":{\"x.y\":\"\"}}]";

    cr_assert(reads_as("# comment\nA.k=v\n\n  A.l=a=b\r\nB.x.y=\n", EXPECTED));
    cr_assert(reads_as(EXPECTED, EXPECTED));
    cr_assert(reads_as("", "[]"));
}

Test(properties, what_is_neither_is_refused) {
    static const char *const texts[] = {"A",
                                        "A.k",
                                        "k=v",
                                        ".k=v",
                                        "A.=v",
                                        "[{\"a\":1}]",
                                        "[{\"PropertyGroupId\":\"A\"}]",
                                        "[",
                                        "\"a.b\"=v",
                                        "\"a.b.k=v",
                                        "\"\".k=v",
                                        "[{\"PropertyGroupId\":\"A\",\"PropertyMap\":{\"k\":1}}]"};

    for (size_t index = 0; index < COUNT_OF(texts); index++)
        cr_assert(not(reads_as(texts[index], "")), "%s", texts[index]);
}

Test(properties, a_single_one_goes_before_the_file) {
    AUTO(json_decref) json_t *groups = json_new_array();

    cr_assert(properties_add_text(groups, NULL, "A.k=old", 7, &err));
    cr_assert(properties_add(groups, NULL, "A.k=new", &err));
    AUTO(memory_free) char *printed = json_print(groups);
    cr_assert(eq(str, printed, "[{\"PropertyGroupId\":\"A\",\"PropertyMap\":{\"k\":\"new\"}}]"));
}

Test(properties, a_group_may_have_dots_where_it_is_known_or_in_quotes) {
    static const char KNOWN[] = "[{\"PropertyGroupId\":\"my.group\",\"PropertyMap\":{}},"
                                "{\"PropertyGroupId\":\"my.group.more\",\"PropertyMap\":{}}]";
    static const struct {
        const char *property;
        const char *group;
        const char *key;
    } rows[] = {
        {"my.group.k=v", "my.group", "k"},
        {"my.group.more.k=v", "my.group.more", "k"},
        {"my.group.more=v", "my.group", "more"},
        {"my.groups.k=v", "my", "groups.k"},
        {"other.group.k=v", "other", "group.k"},
        {"\"other.group\".k.l=v", "other.group", "k.l"},
        {"kinesis.analytics.flink.run.options.python=v", "kinesis.analytics.flink.run.options",
         "python"},
    };
    AUTO(json_decref) json_t *known = NULL;

    cr_assert(json_parse(KNOWN, strlen(KNOWN), &known, &err));
    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        AUTO(json_decref) json_t *groups = json_new_array();
        cr_assert(properties_add(groups, known, rows[index].property, &err));
        const json_t *group = json_array_get(groups, 0);
        cr_assert_str_eq(json_text(group, "PropertyGroupId"), rows[index].group, "%s",
                         rows[index].property);
        cr_assert_str_eq(json_text(json_member(group, "PropertyMap"), rows[index].key), "v", "%s",
                         rows[index].property);
    }
}

Test(properties, a_group_of_the_file_or_in_quotes_is_known_afterwards) {
    static const char TEXT[] = "\"a.b\".k=v\na.b.l=w\n";

    cr_assert(reads_as(
        TEXT, "[{\"PropertyGroupId\":\"a.b\",\"PropertyMap\":{\"k\":\"v\",\"l\":\"w\"}}]"));
}

// --- requests ---

static struct run_code code = {.md5 = "0123", .base64 = "eA=="};

static json_t *parsed(const char *text) {
    json_t *value = NULL;

    cr_assert(json_parse(text, strlen(text), &value, &err), "%s", err.message);
    return value;
}

// The changes that a target means for an application with this configuration; "none".
static char *changes_of(const struct run_target *target, const char *configuration) {
    AUTO(memory_free)
    char *text = memory_format("{\"RuntimeEnvironment\":\"FLINK-1_20\","
                               "\"ApplicationConfigurationDescription\":%s}",
                               configuration);
    AUTO(json_decref) json_t *detail = parsed(text);
    AUTO(json_decref) json_t *changes = run_changes(target, detail);

    return changes == NULL ? memory_copy_text("none") : json_print(changes);
}

static const char SAME_CODE[] = "{\"ApplicationCodeConfigurationDescription\":"
                                "{\"CodeContentDescription\":{\"CodeMD5\":\"0123\"}}}";

Test(run_changes, the_same_code_is_no_change) {
    struct run_target target = {.name = "a", .code = &code, .runtime = "FLINK-1_20"};
    AUTO(memory_free) char *changes = changes_of(&target, SAME_CODE);

    cr_assert(eq(str, changes, "none"));
}

Test(run_changes, other_code_is_one) {
    struct run_target target = {.name = "a", .code = &code};
    AUTO(memory_free) char *changes = changes_of(&target, "{}");

    cr_assert(eq(str, changes,
                 "{\"ApplicationConfigurationUpdate\":{\"ApplicationCodeConfigurationUpdate\":"
                 "{\"CodeContentUpdate\":{\"ZipFileContentUpdate\":\"eA==\"}}}}"));
}

Test(run_changes, properties_parallelism_and_runtime_are_changed_when_they_are_given) {
    AUTO(json_decref) json_t *groups = json_new_array();
    struct run_target target = {
        .name = "a", .code = &code, .groups = groups, .parallelism = 2, .runtime = "FLINK-2_2"};

    cr_assert(properties_add(groups, NULL, "A.k=v", &err));
    AUTO(memory_free) char *changes = changes_of(&target, SAME_CODE);
    cr_assert(eq(str, changes,
                 "{\"ApplicationConfigurationUpdate\":{\"EnvironmentPropertyUpdates\":"
                 "{\"PropertyGroups\":[{\"PropertyGroupId\":\"A\",\"PropertyMap\":{\"k\":\"v\"}}]},"
                 "\"FlinkApplicationConfigurationUpdate\":{\"ParallelismConfigurationUpdate\":"
                 "{\"ConfigurationTypeUpdate\":\"CUSTOM\",\"ParallelismUpdate\":2}}},"
                 "\"RuntimeEnvironmentUpdate\":\"FLINK-2_2\"}"));
}

// --- the retention of snapshots ---

static const char RULE[] = "[{\"Key\":\"kobel:snapshot-retention\",\"Value\":\"automatic=5\"}]";

Test(run_retention, a_new_application_gets_a_rule_if_few_are_kept) {
    struct run_target target = {.name = "a", .code = &code, .runtime = "FLINK-1_20"};
    AUTO(json_decref) json_t *all = run_create_request(&target);

    cr_assert(eq(ptr, (void *)json_member(all, "Tags"), NULL));
    target.keeps_few = true;
    AUTO(json_decref) json_t *few = run_create_request(&target);
    AUTO(memory_free) char *tags = json_print(json_member(few, "Tags"));
    cr_assert(eq(str, tags, (char *)RULE));
}

Test(run_retention, an_application_whose_sources_are_held_has_a_tag_for_it) {
    struct run_target target = {
        .name = "a", .code = &code, .runtime = "FLINK-1_20", .holds_sources = true};
    AUTO(json_decref) json_t *held = run_create_request(&target);
    AUTO(memory_free) char *tags = json_print(json_member(held, "Tags"));

    cr_assert(eq(str, tags, (char *)"[{\"Key\":\"kobel:hold-sources\",\"Value\":\"true\"}]"));
}

Test(run_retention, an_existing_application_gets_it_unless_it_has_one) {
    AUTO(json_decref) json_t *none = parsed("[{\"Key\":\"team\",\"Value\":\"a\"}]");
    AUTO(json_decref)
    json_t *own = parsed("[{\"Key\":\"team\",\"Value\":\"a\"},"
                         "{\"Key\":\"kobel:snapshot-retention\",\"Value\":\"none\"}]");
    AUTO(json_decref) json_t *request = run_retention_request("arn:x");

    cr_assert(not(run_has_retention(NULL)));
    cr_assert(not(run_has_retention(none)));
    cr_assert(run_has_retention(own));
    AUTO(memory_free) char *tags = json_print(json_member(request, "Tags"));
    cr_assert(eq(str, tags, (char *)RULE));
    cr_assert(eq(str, (char *)json_text(request, "ResourceARN"), "arn:x"));
}

Test(run_configuration, state_is_dropped_with_fresh_only) {
    struct run_target target = {.name = "a", .code = &code};

    cr_assert(eq(ptr, run_configuration(&target), NULL));
    target.is_fresh = true;
    AUTO(json_decref) json_t *run = run_configuration(&target);
    cr_assert(eq(str,
                 (char *)json_text(json_member(run, "ApplicationRestoreConfiguration"),
                                   "ApplicationRestoreType"),
                 "SKIP_RESTORE_FROM_SNAPSHOT"));
}

Test(run_configuration, state_of_missing_operators_may_be_left_out) {
    struct run_target target = {.name = "a", .code = &code, .allows_non_restored = true};
    AUTO(json_decref) json_t *run = run_configuration(&target);

    const json_t *flink = json_member(run, "FlinkRunConfiguration");
    bool is_allowed = json_is_true(json_member(flink, "AllowNonRestoredState"));

    cr_assert(is_allowed);
}

// --- files ---

static void write_file(const char *path, const char *text, time_t time_s) {
    struct timespec times[2] = {{.tv_sec = time_s}, {.tv_sec = time_s}};
    FILE *file = fopen(path, "w");

    (void)fputs(text, file);
    (void)fclose(file);
    (void)utimensat(AT_FDCWD, path, times, 0);
}

Test(watch, a_file_that_was_left_alone_for_a_moment_has_changed) {
    char path[] = "/tmp/kobel-watch-XXXXXX";

    (void)close(mkstemp(path));
    write_file(path, "one", 1000);
    struct watch watch = watch_begin(path);
    cr_assert(not(watch_has_changed(&watch, 0)));
    write_file(path, "two!", 2000);
    cr_assert(not(watch_has_changed(&watch, 1000)), "it may be in the middle of being written");
    write_file(path, "two!!", 2000);
    cr_assert(not(watch_has_changed(&watch, 1200)), "it was");
    cr_assert(not(watch_has_changed(&watch, 1300)));
    cr_assert(watch_has_changed(&watch, 1500));
    cr_assert(watch_is_steady(&watch));
    cr_assert(not(watch_has_changed(&watch, 1600)), "not so soon again");
    cr_assert(watch_has_changed(&watch, 1700));
    watch_accept(&watch);
    cr_assert(not(watch_has_changed(&watch, 9000)));
    (void)unlink(path);
    cr_assert(not(watch_has_changed(&watch, 9500)), "a file that is away for a moment");
    cr_assert(not(watch_is_steady(&watch)));
}

Test(watch, no_file_never_changes) {
    struct watch watch = watch_begin(NULL);

    cr_assert(not(watch_has_changed(&watch, 1000)));
    cr_assert(watch_is_steady(&watch));
}

Test(watch, a_directory_changes_with_each_of_its_files) {
    char directory[] = "/tmp/kobel-watch-XXXXXX";
    char file[64];
    char hidden[64];
    struct error ignored;

    cr_assert(mkdtemp(directory) != NULL);
    (void)text_format(file, sizeof file, "%s/main.py", directory);
    (void)text_format(hidden, sizeof hidden, "%s/.main.py.swp", directory);
    write_file(file, "one", 1000);
    struct watch watch = watch_begin(directory);
    write_file(hidden, "hidden", 2000);
    cr_assert(not(watch_has_changed(&watch, 0)));
    cr_assert(not(watch_has_changed(&watch, 1000)), "what is hidden does not count");
    write_file(file, "two", 3000);
    cr_assert(not(watch_has_changed(&watch, 1100)));
    cr_assert(watch_has_changed(&watch, 1300));
    watch_accept(&watch);
    (void)unlink(file);
    cr_assert(not(watch_has_changed(&watch, 2000)));
    cr_assert(watch_has_changed(&watch, 2200), "a file is gone");
    cr_assert(file_remove_tree(directory, &ignored));
}

Test(code, that_has_lost_most_may_be_in_the_middle_of_a_build) {
    static const struct {
        struct run_code before;
        struct run_code after;
        enum run_code_loss loss;
    } rows[] = {
        {{.size_bytes = 0}, {.size_bytes = 10}, RUN_CODE_WHOLE},
        {{.size_bytes = 100, .names_main_class = true},
         {.size_bytes = 60, .names_main_class = true},
         RUN_CODE_WHOLE},
        {{.size_bytes = 100, .names_main_class = true},
         {.size_bytes = 49, .names_main_class = true},
         RUN_CODE_SHRANK},
        {{.size_bytes = 100, .names_main_class = true},
         {.size_bytes = 200},
         RUN_CODE_LOST_MAIN_CLASS},
        {{.size_bytes = 100}, {.size_bytes = 100}, RUN_CODE_WHOLE},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++)
        cr_assert(eq(int, (int)run_code_loss_of(&rows[index].before, &rows[index].after),
                     (int)rows[index].loss),
                  "row %zu", index);
}
