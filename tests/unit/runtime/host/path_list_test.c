// Paths that Java and Flink keep in lists.
#include "runtime/host/path_list.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(path_list, refuses_what_separates_paths) {
    static const struct {
        const char *path;
        const char *part; // "" = it is accepted
    } rows[] = {
        {"/a b/c#d%41/\xC3\xBC!", ""},
        {"/a:b", "the data directory '/a:b' cannot be used: its path has a ':'"},
        {"/a,b", "the data directory '/a,b' cannot be used: its path has a ','"},
        {"/a;b", "the data directory '/a;b' cannot be used: its path has a ';'"},
    };
    struct error err;

    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        bool is_accepted = path_list_accepts("the data directory", rows[index].path, &err);
        cr_assert(eq(int, is_accepted, rows[index].part[0] == '\0'), "row %zu", index);
        if (!is_accepted)
            cr_assert(text_starts_with(err.message, rows[index].part), "row %zu: %s", index,
                      err.message);
    }
}
