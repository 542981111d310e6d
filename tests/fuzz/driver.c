// Replays a corpus without libFuzzer: every file of the folders on the command line.
#include "base/cleanup.h"
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void replay(const char *path) {
    static uint8_t data[1 << 20];
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        perror(path);
        abort();
    }
    size_t size = fread(data, 1, sizeof data, file);
    (void)fclose(file);
    // On the heap and of the exact size, so that AddressSanitizer sees a read behind the end.
    uint8_t *copy = malloc(size + 1);
    if (copy == NULL) abort();
    copy = realloc(copy, size == 0 ? 1 : size);
    memcpy(copy, data, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static size_t replay_folder(const char *folder) {
    size_t count = 0;
    DIR *entries = opendir(folder);

    if (entries == NULL) {
        perror(folder);
        abort();
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        char path[4096];
        if (entry->d_name[0] == '.') continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        replay(path);
        count++;
    }
    (void)closedir(entries);
    return count;
}

int main(int argument_count, char **arguments) {
    size_t count = 0;

    for (int index = 1; index < argument_count; index++)
        count += replay_folder(arguments[index]);
    printf("%zu inputs\n", count);
    return count == 0 ? 1 : 0;
}
