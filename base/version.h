// Versions of Flink and of connectors, as texts. Pure.
#pragma once

struct version {
    int major; // -1 = not a version
    int minor; // -1 = none
};

// The first two numbers of "1.20.3".
struct version version_of(const char *text);

// -1, 0, 1: by the numbers between dots, up to the first '-'. "1.9.2" is older than "1.15".
int version_compare(const char *left, const char *right);
