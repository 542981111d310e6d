// A balanced tree (tsearch()) of things that begin with their name: a struct whose first member is
// an array of characters. An empty tree is a NULL pointer; tdestroy() frees one with its things.
#pragma once

// NULL: none has that name.
void *name_tree_find(void *const *tree, const char *name);
// None of the tree has its name yet.
void name_tree_add(void **tree, void *thing);
// The thing is the caller's again.
void name_tree_remove(void **tree, const void *thing);
