// The one function of a fuzz target, which libFuzzer or driver.c calls.
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// What has to hold for every input.
#define FUZZ_EXPECT(condition)                                                                     \
    do {                                                                                           \
        if (!(condition)) __builtin_trap();                                                        \
    } while (0)
