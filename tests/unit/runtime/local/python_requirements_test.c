// Which requirements.txt depends on files of the program.
#include "runtime/local/python_requirements.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

Test(python_requirements, names_with_versions_need_no_file_of_the_program) {
    static const char *const rows[] = {
        "",
        "six",
        "six==1.16.0\n",
        "# six\r\n  six >= 1.16, < 2 # not ./six\r\n\n\tZope.interface~=5.0\r",
        "ruamel.yaml[jinja2, lib-yaml]!=0.17.1,==0.17.*",
        "six===1.16.0+local.1; python_version >= '3.8' and sys_platform == \"linux\"",
        "six [extra] ; (os_name!='nt')",
        "six ; os_name == 'nt' # on -e ./x",
        "six==1!2.0",
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++)
        cr_assert(python_requirements_are_names(rows[index], strlen(rows[index])), "%s",
                  rows[index]);
}

Test(python_requirements, all_else_may_need_one) {
    static const char *const rows[] = {
        "mylib-1.0-py3-none-any.whl",
        "six\nmylib-1.0-py3-none-any.whl\n",
        "MYLIB-1.0-PY3-NONE-ANY.WHL[extra] ; os_name == 'posix'",
        "mylib-1.0.tar.gz",
        "mylib.zip",
        "mylib==1.0.zip",
        "mylib.tar.bz2",
        "mylib.tgz",
        "./mylib",
        ".",
        "mylib/",
        "wheels/mylib-1.0-py3-none-any.whl",
        "mylib @ file:mylib-1.0-py3-none-any.whl",
        "mylib@file:mylib.whl",
        "file:mylib-1.0.tar",
        "FILE:mylib",
        "git+https://example.com/mylib",
        "-r other.txt",
        "-rother.txt",
        "  -c other.txt",
        "--requirement=other.txt",
        "--constraint other.txt",
        "-e .",
        "-f wheels",
        "--find-links=wheels",
        "--no-index",
        "six --hash=sha256:00",
        "six ; os_name == 'posix' -r other.txt",
        "six \\\n-r other.txt",
        "${NAME}",
        "six==${VERSION}",
        "six\x0b-r other.txt",
        "# a comment \xe2\x80\xa8-r other.txt",
        "# -*- coding: utf-7 -*-",
        "six#egg",
        "\xef\xbb\xbfsix",
        "sub\\mylib",
        "six [extra",
        "a b",
        "[extra]",
        "==1.0",
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++)
        cr_assert(not(python_requirements_are_names(rows[index], strlen(rows[index]))), "%s",
                  rows[index]);
    cr_assert(not(python_requirements_are_names("\xff\xfes\0i\0x\0", 8)));
    cr_assert(not(python_requirements_are_names("six\0", 4)));
}
