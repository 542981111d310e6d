#include "cli/run/run_package.h"

#include "runtime/installed/catalog.h"

static bool find_driver(const json_t *status, char out[static FILE_PATH_MAX], struct error *err) {
    const char *name = "FLINK-1_20";
    size_t index;
    json_t *runtime;

    json_array_foreach(json_member(status, "runtimes"), index, runtime) {
        const char *directory = json_text_or(runtime, "directory", "");
        if (file_join(out, FILE_PATH_MAX, NULL, directory, CATALOG_SQL_DRIVER, NULL) &&
            file_exists(out))
            return true;
        name = json_text_or(runtime, "runtimeEnvironment", name);
    }
    return error_set(err, ERROR_UNAVAILABLE,
                     "the program that runs SQL scripts is not on this machine: install it, "
                     "also beside an installed runtime, with `kobel runtime install %s`",
                     name);
}

bool run_package_make(const struct client_options *options, const json_t *status,
                      struct package *out_package, struct error *err) {
    struct package_source source = {
        .path = options->words[0], .jars = options->jars, .jar_count = options->jar_count};
    char driver[FILE_PATH_MAX];

    if (package_kind_of(source.path) == PACKAGE_SQL) {
        if (!find_driver(status, driver, err)) return false;
        source.driver = driver;
    }
    return package_make(&source, out_package, err);
}
