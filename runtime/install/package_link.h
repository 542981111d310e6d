// Where a package is, from what pip says. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct package_link {
    char url[2048];
    char sha256[65]; // of the file, in hexadecimal digits; "" = pip does not name it
};

// The source archive of that version in the output of `pip index versions -vvv`. False: it is not
// there, or its address is not complete, because pip hides passwords.
bool package_link_find(const char *output, const char *version, struct package_link *out_link);
