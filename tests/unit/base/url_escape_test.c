// Escapes of URLs.
#include "base/url_escape.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(url_escape, keeps_what_a_url_may_have_and_what_is_named) {
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(100);

    url_escape(&out, "/a-b._~9/ %#?", "/");
    url_escape(&out, "/\xC3\xA9", "");
    cr_assert(eq(str, (char *)buffer_text(&out), "/a-b._~9/%20%25%23%3F%2F%C3%A9"));
}
