#include "runtime/host/argument_list.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>

static void add_owned(struct argument_list *list, char *text) {
    if (list->count + 1 >= list->capacity) {
        list->capacity = list->capacity == 0 ? 32 : 2 * list->capacity;
        list->items = memory_resize(list->items, list->capacity * sizeof *list->items);
    }
    list->items[list->count++] = text;
    list->items[list->count] = NULL;
}

void argument_list_add(struct argument_list *list, const char *text) {
    add_owned(list, memory_copy_text(text));
}

void argument_list_add_format(struct argument_list *list, const char *format, ...) {
    va_list arguments;
    char *text = NULL;

    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) abort();
    add_owned(list, text);
}

void argument_list_add_all(struct argument_list *list, const char *first, ...) {
    va_list rest;

    va_start(rest, first);
    for (const char *text = first; text != NULL; text = va_arg(rest, const char *))
        argument_list_add(list, text);
    va_end(rest);
}

void argument_list_add_copy(struct argument_list *list, const char *const *texts) {
    for (; texts != NULL && *texts != NULL; texts++)
        argument_list_add(list, *texts);
}

const char *const *argument_list_items(const struct argument_list *list) {
    static const char *const none[] = {NULL};

    return list->items == NULL ? none : (const char *const *)list->items;
}

void argument_list_release(struct argument_list *list) {
    for (size_t index = 0; index < list->count; index++)
        memory_free(list->items[index]);
    memory_free(list->items);
    *list = (struct argument_list){0};
}
