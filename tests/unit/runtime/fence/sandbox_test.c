// The command lines of the levels, the choice of one, and the table of what each holds back.
#include "runtime/fence/sandbox.h"

#include "base/text.h"
#include "runtime/fence/sandbox_holds.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

static bool has(const struct argument_list *list, const char *word) {
    for (size_t index = 0; index < list->count; index++)
        if (text_equal(list->items[index], word)) return true;
    return false;
}

static size_t place_of(const struct argument_list *list, const char *word) {
    size_t index = 0;

    while (index < list->count && !text_equal(list->items[index], word))
        index++;
    return index;
}

Test(sandbox, full_shows_only_the_named_files) {
    AUTO(argument_list_release) struct argument_list arguments = {0};
    struct sandbox full = {.level = SANDBOX_FULL, .launcher = "/launch"};
    struct sandbox_spec spec = {.writable = {"/tmp"}, .etc_flink = "/tmp", .filter_fd = 9};

    sandbox_wrap(&full, &spec, &arguments);
    cr_assert(has(&arguments, "--die-with-parent") && has(&arguments, "--unshare-pid") &&
              has(&arguments, "--cap-drop"));
    cr_assert(has(&arguments, "/etc/flink") && has(&arguments, "--seccomp") &&
              has(&arguments, "9"));
    cr_assert(not(has(&arguments, "/home")));
    cr_assert(eq(str, arguments.items[place_of(&arguments, "/") - 1], "--remount-ro"));
    cr_assert(eq(str, arguments.items[arguments.count - 1], "--"));
}

Test(sandbox, scoped_closes_files_with_the_launcher_alone) {
    AUTO(argument_list_release) struct argument_list arguments = {0};
    struct sandbox scoped = {.level = SANDBOX_SCOPED, .launcher = "/launch"};
    struct sandbox_spec spec = {.writable = {"/mine"}, .groups = {"/group"}, .filter_fd = 9};

    sandbox_wrap(&scoped, &spec, &arguments);
    cr_assert(eq(str, arguments.items[0], "/launch"));
    cr_assert(has(&arguments, "--no-capabilities") && has(&arguments, "/mine") &&
              has(&arguments, "/group") && has(&arguments, "--filter"));
    bool is_open = has(&arguments, "/usr/bin/bwrap") || has(&arguments, "/proc") ||
                   has(&arguments, "/tmp") || has(&arguments, "/etc");
    cr_assert(not(is_open));
}

Test(sandbox, the_limit_of_memory_is_for_the_command_and_not_for_its_launcher) {
    AUTO(argument_list_release) struct argument_list outside = {0};
    AUTO(argument_list_release) struct argument_list inside = {0};
    struct sandbox sandbox = {.level = SANDBOX_FULL, .landlock = 4, .launcher = "/launch"};
    struct sandbox_spec spec = {.data_bytes = 1 << 30, .filter_fd = -1};

    sandbox_wrap(&sandbox, &spec, &outside);
    cr_assert(lt(sz, place_of(&outside, "--data"), place_of(&outside, "/usr/bin/bwrap")));
    // Here a second launcher comes after bubblewrap.
    sandbox.level = SANDBOX_CONTAINED;
    sandbox_wrap(&sandbox, &spec, &inside);
    cr_assert(gt(sz, place_of(&inside, "--data"), place_of(&inside, "/usr/bin/bwrap")));
    cr_assert(lt(sz, place_of(&inside, "--data"), inside.count));
}

Test(sandbox, files_in_memory_have_a_size_and_two_places) {
    AUTO(argument_list_release) struct argument_list sized = {0};
    AUTO(argument_list_release) struct argument_list old = {0};
    AUTO(argument_list_release) struct argument_list later = {0};
    struct sandbox sandbox = {
        .level = SANDBOX_CONTAINED, .landlock = 4, .limits_temporary_files = true};
    struct sandbox_spec spec = {.temporary_bytes = 123456789, .filter_fd = -1};

    sandbox_wrap(&sandbox, &spec, &sized);
    for (size_t index = 0; index < sized.count; index++)
        if (text_equal(sized.items[index], "--tmpfs")) {
            cr_expect(eq(str, sized.items[index - 2], "--size"));
            cr_expect(eq(str, sized.items[index - 1], "123456789"));
        }
    cr_assert(has(&sized, "/tmp") && has(&sized, "/dev/shm"));
    // The last option of bubblewrap.
    size_t closed = place_of(&sized, "/");
    cr_assert(eq(str, sized.items[closed - 1], "--remount-ro"));
    cr_assert(eq(str, sized.items[closed + 1], "--"));
    spec.shown_later = "/data/apps";
    sandbox_wrap(&sandbox, &spec, &later);
    cr_assert(not(has(&later, "/")));
    sandbox.limits_temporary_files = false;
    sandbox_wrap(&sandbox, &spec, &old);
    cr_assert(not(has(&old, "--size")));
}

Test(sandbox, ports_are_closed_where_the_kernel_can) {
    AUTO(argument_list_release) struct argument_list open = {0};
    AUTO(argument_list_release) struct argument_list closed = {0};
    struct sandbox sandbox = {.level = SANDBOX_FULL, .launcher = "/launch"};
    struct sandbox_spec spec = {.closed_ports = {21100, 1000},
                                .own_ports = {21108, 8},
                                .api_port = 8290,
                                .s3_port = 8291,
                                .filter_fd = -1};

    sandbox_wrap(&sandbox, &spec, &open);
    cr_assert(not(has(&open, "--closed-ports")));
    sandbox.landlock = 4;
    sandbox_wrap(&sandbox, &spec, &closed);
    cr_assert(has(&closed, "21100-22099") && has(&closed, "21108-21115") && has(&closed, "8290"));
    cr_assert(has(&closed, "--served-port") && has(&closed, "8291"));
}

Test(sandbox, a_spare_sees_files_at_the_same_paths_as_outside) {
    AUTO(argument_list_release) struct argument_list arguments = {0};
    struct sandbox full = {.level = SANDBOX_FULL, .launcher = "/launch"};
    const char *paths[] = {"/data/apps/a/snapshots", NULL};

    sandbox_show(&full, 17, "/data/apps", paths, &arguments);
    cr_assert(has(&arguments, "17") && has(&arguments, "/data/apps/a/snapshots"));
    cr_assert(has(&arguments, SANDBOX_LATER "/a/snapshots"));
    cr_assert(eq(str, arguments.items[arguments.count - 1], SANDBOX_LATER));
}

Test(sandbox, refuses_unknown_levels) {
    struct sandbox sandbox;

    (void)setenv("KOBEL_LAUNCHER", LAUNCHER, 1);
    (void)setenv("KOBEL_PRELOAD", PRELOAD, 1);
    cr_assert(not(sandbox_choose("loose", NULL, &sandbox, NULL, &err)));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(sandbox_choose("none", NULL, &sandbox, NULL, &err), "%s", err.message);
    (void)setenv("KOBEL_LAUNCHER", "/nowhere/kobel-launch", 1);
    cr_assert(not(sandbox_choose("none", NULL, &sandbox, NULL, &err)));
    cr_assert(eq(int, err.kind, ERROR_UNAVAILABLE));
}

// --- the table of the levels ---

static bool holds(enum sandbox_level level, int landlock, const char *id) {
    struct sandbox sandbox = {.level = level, .landlock = landlock};

    for (size_t index = 0; index < sandbox_thing_count(); index++)
        if (text_equal(sandbox_thing_at(index).id, id)) return sandbox_holds(&sandbox, index);
    cr_fatal("no thing is called %s", id);
}

Test(sandbox, what_is_held_back_follows_the_level_and_the_kernel) {
    cr_assert(holds(SANDBOX_FULL, 0, "signals") && holds(SANDBOX_SCOPED, 6, "signals"));
    cr_assert(not(holds(SANDBOX_SCOPED, 5, "signals")));
    cr_assert(holds(SANDBOX_FULL, 4, "ports") && holds(SANDBOX_CONTAINED, 1, "processes"));
    bool is_said_too_much = holds(SANDBOX_FULL, 3, "ports") ||
                            holds(SANDBOX_CONTAINED, 0, "processes") ||
                            holds(SANDBOX_SCOPED, 7, "priority") || holds(SANDBOX_NONE, 7, "files");
    cr_assert(not(is_said_too_much));
    cr_assert(not(holds(SANDBOX_FULL, 7, "network")));
}

Test(sandbox, the_document_has_the_table_of_the_code) {
    AUTO(buffer_release) struct buffer table = BUFFER_INIT(65536);
    AUTO(buffer_release) struct buffer document = BUFFER_INIT(65536);

    sandbox_print_table(&table);
    cr_assert(file_read(SOURCE_DIR "/docs/sandbox.md", &document, &err), "%s", err.message);
    cr_assert(strstr(buffer_text(&document), buffer_text(&table)) != NULL,
              "docs/sandbox.md wants this table:\n%s", buffer_text(&table));
}
