#include "base/name_tree.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right) {
    return strcmp(left, right);
}

void *name_tree_find(void *const *tree, const char *name) {
    void *const *node = tfind(name, tree, compare);

    return node == NULL ? NULL : *node;
}

void name_tree_add(void **tree, void *item) {
    if (tsearch(item, tree, compare) == NULL) abort();
}

void name_tree_remove(void **tree, const void *item) {
    (void)tdelete(item, tree, compare);
}
