// A fuzz target: the function that libFuzzer or driver.c calls with each input.
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A condition that has to hold for every input.
#define FUZZ_EXPECT(condition)                                                                     \
    do {                                                                                           \
        if (!(condition)) __builtin_trap();                                                        \
    } while (0)
