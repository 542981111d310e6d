// The address of a package in what pip prints.
#include "runtime/install/package_link.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define SHA256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char output[] =
    "Looking in indexes: https://index.example/simple\n"
    "  Found link https://files.example/a/flink-1.20.3-py3-none-any.whl (from "
    "https://index.example/simple/flink/) (requires-python:>=3.8), version: 1.20.3\n"
    "  Found link https://files.example/a/flink-11.20.3.tar.gz (from x), version: 11.20.3\n"
    "  Found link https://files.example/b/flink-1.20.3.tar.gz#sha256=" SHA256
    " (from https://index.example/simple/flink/), version: 1.20.3\r\n"
    "  Found link http://files.example/c/flink-2.2.0.tar.gz (from x), version: 2.2.0\n"
    "  Found link https://user:****@files.example/c/flink-2.3.0.tar.gz (from x), version: 2.3.0\n"
    "  Found link file:///c/flink-1.19.1.tar.gz (from x), version: 1.19.1\n"
    "  Found link https://files.example/c/flink-1.18.1.tar.gz#sha256=short (from x)\n"
    "  Found link ";

Test(package_link, is_that_of_the_archive_of_the_version) {
    struct package_link link;

    cr_assert(package_link_find(output, "1.20.3", &link));
    cr_assert(eq(str, link.url, "https://files.example/b/flink-1.20.3.tar.gz"));
    cr_assert(eq(str, link.sha256, SHA256));
    cr_assert(package_link_find(output, "2.2.0", &link));
    cr_assert(eq(str, link.url, "http://files.example/c/flink-2.2.0.tar.gz"));
    cr_assert(eq(str, link.sha256, ""));
}

Test(package_link, has_no_digest_that_is_none) {
    struct package_link link;

    cr_assert(package_link_find(output, "1.18.1", &link));
    cr_assert(eq(str, link.sha256, ""));
}

Test(package_link, is_not_found_where_pip_hides_a_password_or_names_no_server) {
    struct package_link link;

    cr_assert(not(package_link_find(output, "2.3.0", &link)));
    cr_assert(not(package_link_find(output, "1.19.1", &link)));
    cr_assert(not(package_link_find(output, "9.9.9", &link)));
    cr_assert(not(package_link_find("", "1.20.3", &link)));
}
