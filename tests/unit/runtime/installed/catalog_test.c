#include "runtime/installed/catalog.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

static void put(const char *root, const char *rest, const char *text) {
    char path[FILE_PATH_MAX];

    (void)text_format(path, sizeof path, "%s/%s", root, rest);
    cr_assert(file_write_atomically(path, text, strlen(text), 0600, &err), "%s", err.message);
}

static void install(const char *root) {
    char lib[FILE_PATH_MAX];

    (void)text_format(lib, sizeof lib, "%s/FLINK-1_20/lib", root);
    cr_assert(file_make_directories(lib, 0700, &err));
    put(root, "FLINK-1_20/lib/flink-dist-1.20.3.jar", "x");
    put(root, "FLINK-1_20/runtime.json", "{\"flinkVersion\":\"1.20.3\"}");
}

Test(catalog, a_runtime_that_is_held_is_removed_by_force_only) {
    char root[] = "/tmp/kobel-catalog-XXXXXX";
    AUTO(installed_runtime_release) struct installed_runtime found = {0};
    int fds[2] = {-1, -1};

    cr_assert(mkdtemp(root) != NULL);
    cr_assert(not(catalog_hold(root, RUNTIME_FLINK_1_20, &fds[0], &err)));
    cr_assert(not(catalog_remove(root, RUNTIME_FLINK_1_20, true, &err)));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
    install(root);
    // Any number of daemons.
    cr_assert(catalog_hold(root, RUNTIME_FLINK_1_20, &fds[0], &err), "%s", err.message);
    cr_assert(catalog_hold(root, RUNTIME_FLINK_1_20, &fds[1], &err), "%s", err.message);
    file_close(fds[0]);
    cr_assert(not(catalog_remove(root, RUNTIME_FLINK_1_20, false, &err)));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
    cr_assert(catalog_find(root, RUNTIME_FLINK_1_20, &found, &err), "%s", err.message);
    file_close(fds[1]);
    cr_assert(catalog_remove(root, RUNTIME_FLINK_1_20, false, &err), "%s", err.message);
    cr_assert(not(catalog_find(root, RUNTIME_FLINK_1_20, &found, &err)));

    install(root);
    fds[0] = -1;
    cr_assert(catalog_hold(root, RUNTIME_FLINK_1_20, &fds[0], &err), "%s", err.message);
    cr_assert(catalog_remove(root, RUNTIME_FLINK_1_20, true, &err), "%s", err.message);
    // The descriptor holds a removed directory: the runtime that is installed now is held instead.
    install(root);
    cr_assert(catalog_hold(root, RUNTIME_FLINK_1_20, &fds[0], &err), "%s", err.message);
    cr_assert(not(catalog_remove(root, RUNTIME_FLINK_1_20, false, &err)));
    file_close(fds[0]);
    cr_assert(file_remove_tree(root, &err));
}

Test(catalog, an_installation_of_an_earlier_kobel_is_outdated) {
    char root[] = "/tmp/kobel-catalog-XXXXXX";
    AUTO(json_decref) json_t *before = NULL;
    AUTO(json_decref) json_t *after = NULL;
    char facts[64];

    cr_assert(mkdtemp(root) != NULL);
    install(root);
    cr_assert(catalog_list(root, &before, &err));
    cr_assert(json_bool_or(json_array_get(before, 0), "isOutdated", false));
    (void)text_format(facts, sizeof facts, "{\"format\":%d}", CATALOG_FORMAT);
    put(root, "FLINK-1_20/runtime.json", facts);
    cr_assert(catalog_list(root, &after, &err));
    cr_assert(not(json_bool_or(json_array_get(after, 0), "isOutdated", true)));
    cr_assert(file_remove_tree(root, &err));
}
