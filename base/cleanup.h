// Scope-bound release: `AUTO(free) char *text = NULL;` calls free(text) when the scope ends.
#pragma once

#include <stddef.h>

// Declares that `release` (a function taking `type`, a pointer type) may be used with AUTO().
// A value of NULL is not released.
#define DEFINE_AUTO(release, type)                                                                 \
    static inline __attribute__((unused)) void auto_##release(type *place) {                       \
        if (*place != NULL) release(*place);                                                       \
    }                                                                                              \
    struct auto_##release##_needs_a_semicolon

// The same for a struct that is released by its address, such as `struct buffer`.
#define DEFINE_AUTO_STRUCT(release, type)                                                          \
    static inline __attribute__((unused)) void auto_##release(type *place) {                       \
        release(place);                                                                            \
    }                                                                                              \
    struct auto_##release##_needs_a_semicolon

#define AUTO(release) __attribute__((cleanup(auto_##release)))

// Moves a pointer out: the value of `pointer`, which is then NULL.
#define TAKE(pointer)                                                                              \
    __extension__({                                                                                \
        __typeof__(pointer) *take_place = &(pointer);                                              \
        __typeof__(pointer) take_value = *take_place;                                              \
        *take_place = NULL;                                                                        \
        take_value;                                                                                \
    })

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
