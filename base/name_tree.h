// A balanced tree (tsearch()) of items that begin with their name: structs whose first member is an
// array of characters. An empty tree is a NULL pointer; tdestroy() frees a tree with its items.
#pragma once

// NULL: no such item.
void *name_tree_find(void *const *tree, const char *name);
// The name must not be in the tree yet.
void name_tree_add(void **tree, void *item);
// Does not free the item.
void name_tree_remove(void **tree, const void *item);
