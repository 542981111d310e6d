#include "base/version.h"

// The next number of a version; *at moves past its dot. -1: there is none.
static int next_number(const char **at) {
    int number = 0;

    if (**at < '0' || **at > '9') return -1;
    for (; **at >= '0' && **at <= '9' && number < 100000; (*at)++)
        number = number * 10 + (**at - '0');
    if (**at == '.') (*at)++;
    return number;
}

int version_compare(const char *left, const char *right) {
    for (;;) {
        int left_number = next_number(&left);
        int right_number = next_number(&right);
        if (left_number < 0 && right_number < 0) return 0;
        // "1.15" is "1.15.0".
        if (left_number < 0) left_number = 0;
        if (right_number < 0) right_number = 0;
        if (left_number != right_number) return left_number < right_number ? -1 : 1;
    }
}

struct version version_of(const char *text) {
    struct version version;

    version.major = next_number(&text);
    version.minor = next_number(&text);
    return version;
}
