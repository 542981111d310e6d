// A growing, NULL-terminated list of owned texts: command lines and environments.
#pragma once

#include "base/cleanup.h"

#include <stddef.h>

struct argument_list {
    char **items; // NULL-terminated after the first addition
    size_t count;
    size_t capacity;
};

void argument_list_add(struct argument_list *list, const char *text); // copies
void argument_list_add_format(struct argument_list *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// Adds every text up to the NULL: argument_list_add_all(list, "--proc", "/proc", NULL).
void argument_list_add_all(struct argument_list *list, const char *first, ...)
    __attribute__((sentinel));
// `texts` is NULL-terminated.
void argument_list_add_copy(struct argument_list *list, const char *const *texts);
const char *const *argument_list_items(const struct argument_list *list);
void argument_list_release(struct argument_list *list);
DEFINE_AUTO_STRUCT(argument_list_release, struct argument_list);
