// Which answers are read, and what is found in them.
#include "runtime/s3/s3_xml.h"

#include "base/buffer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static bool print(void *userdata, const char *path, const char *text) {
    struct buffer *out = userdata;

    return buffer_append_format(out, "%s=%s;", path, text);
}

static bool reads(const char *text, struct buffer *out) {
    return s3_xml_read(text, strlen(text), print, out, NULL);
}

Test(s3_xml, finds_elements_with_their_text) {
    static const struct {
        const char *text;
        const char *found;
    } rows[] = {
        {"<a/>", "a=;"},
        {"<?xml version=\"1.0\"?>\n<a xmlns='x' b = \"1>2\"><b>t</b>\n</a>\n", "a/b=t;a=\n;"},
        {"<a><b>1</b><b>2</b></a>", "a/b=1;a/b=2;a=;"},
        {"<a>&lt;&amp;&gt;&quot;&apos;</a>", "a=<&>\"';"},
        {"<a>&#65;&#x42;&#xe4;&#x20ac;&#x1F600;</a>", "a=AB\u00e4\u20ac\U0001F600;"},
        {"<a><b ></b ></a>", "a/b=;a=;"},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        AUTO(buffer_release) struct buffer out = BUFFER_INIT(4096);
        cr_assert(reads(rows[index].text, &out), "%s", rows[index].text);
        cr_assert(eq(str, (char *)buffer_text(&out), (char *)rows[index].found));
    }
}

Test(s3_xml, refuses_everything_else) {
    static const char *const texts[] = {
        "",
        "text",
        "{}",
        "<a>",
        "<a></b>",
        "<a></a></a>",
        "<a/><a/>",
        "<a/>text",
        "<a><b></a></b>",
        "<a b></a>",
        "<a b=c></a>",
        "<a b=\"c></a>",
        "<a>&unknown;</a>",
        "<a>&amp</a>",
        "<a>&#0;</a>",
        "<a>&#xD800;</a>",
        "<a>&#x110000;</a>",
        "<a>&#;</a>",
        "<a>&#x;</a>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
        "<a><![CDATA[x]]></a>",
        "<a><!-- x --></a>",
        "<a><?b?></a>",
        "<a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a>",
        "< a/>",
    };

    for (size_t index = 0; index < COUNT_OF(texts); index++) {
        AUTO(buffer_release) struct buffer out = BUFFER_INIT(4096);
        cr_assert(not(reads(texts[index], &out)), "%s", texts[index]);
    }
}

Test(s3_xml, limits_the_text_of_an_element) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(S3_XML_TEXT_MAX_BYTES + 100);
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(S3_XML_TEXT_MAX_BYTES + 100);

    (void)buffer_append_text(&text, "<a>");
    while (text.size_bytes < S3_XML_TEXT_MAX_BYTES + 10)
        (void)buffer_append_text(&text, "x");
    (void)buffer_append_text(&text, "</a>");
    cr_assert(not(reads(buffer_text(&text), &out)));
}

Test(s3_xml, refuses_a_byte_of_0) {
    static const char text[] = "<a>x\0y</a>";
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(4096);

    cr_assert(not(s3_xml_read(text, sizeof text - 1, print, &out, NULL)));
}
