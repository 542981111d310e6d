// Paths of dashboards: the first line is the path, the second the query. What is sent to a
// JobManager has one meaning only, and changes nothing there.
#include "api/admin/flink_page.h"
#include "base/memory.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

#include <string.h>

static void check_target(const char *target) {
    size_t path_length = strcspn(target, "?");
    AUTO(memory_free) char *path = memory_format("%.*s", (int)path_length, target);
    const char *query = target[path_length] == '?' ? target + path_length + 1 : "";
    AUTO(memory_free) char *again = NULL;

    FUZZ_EXPECT(target[0] == '/');
    FUZZ_EXPECT(
        strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%/") ==
        path_length);
    FUZZ_EXPECT(strstr(path, "//") == NULL && strstr(path, "/.") == NULL);
    FUZZ_EXPECT(strstr(path, "%2F") == NULL && strstr(path, "%5C") == NULL);
    FUZZ_EXPECT(strstr(path, "%25") == NULL && strstr(path, "%00") == NULL);
    FUZZ_EXPECT(strstr(path, "/yarn-") == NULL);
    FUZZ_EXPECT(!text_starts_with(path, "/jars/"));
    FUZZ_EXPECT(strpbrk(query, "#\\ ?") == NULL);
    // The result is a page itself, and the same one.
    FUZZ_EXPECT(flink_page_check(path, query, &again) == FLINK_PAGE_SHOWN);
    FUZZ_EXPECT(strcmp(again, target) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO(memory_free) char *text = memory_alloc(size + 1);
    AUTO(memory_free) char *target = NULL;
    char none[] = "";

    memcpy(text, data, size);
    char *query = strchr(text, '\n');
    if (query != NULL) *query++ = '\0';
    if (flink_page_check(text, query == NULL ? none : query, &target) == FLINK_PAGE_SHOWN)
        check_target(target);
    else
        FUZZ_EXPECT(target == NULL);
    return 0;
}
