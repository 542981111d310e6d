#include "api/s3/s3_documents.h"

#include "base/memory.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

Test(s3_documents, a_deletion_names_keys) {
    static const char document[] =
        "<?xml version=\"1.0\"?>\n<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<Object><Key>a&amp;b</Key></Object><Object><Key>c</Key><VersionId>null</VersionId>"
        "</Object><Quiet>true</Quiet></Delete>";
    AUTO(memory_free) struct s3_deletion *deletion = memory_alloc(sizeof *deletion);
    struct s3_fault fault;

    cr_assert(s3_deletion_read(document, strlen(document), deletion, &fault));
    cr_expect(eq(int, deletion->count, 2));
    cr_expect(eq(str, deletion->keys[0], "a&b"));
    cr_expect(deletion->is_quiet);
    s3_deletion_release(deletion);
}

Test(s3_documents, a_wrong_deletion_is_refused) {
    static const char *const documents[] = {
        "", "<Delete></Delete>", "<Delete><Object><Key>a</Key></Object>",
        "<!DOCTYPE x><Delete><Object><Key>a</Key></Object></Delete>"};
    static const char version[] = "<Delete><Object><Key>a</Key><VersionId>1</VersionId></Object>"
                                  "</Delete>";
    AUTO(memory_free) struct s3_deletion *deletion = memory_alloc(sizeof *deletion);
    struct s3_fault fault;

    for (size_t index = 0; index < COUNT_OF(documents); index++) {
        cr_expect(
            not(s3_deletion_read(documents[index], strlen(documents[index]), deletion, &fault)));
        cr_expect(eq(str, (char *)fault.code, "MalformedXML"));
        s3_deletion_release(deletion);
    }
    cr_expect(not(s3_deletion_read(version, strlen(version), deletion, &fault)));
    cr_expect(eq(str, (char *)fault.code, "NoSuchVersion"));
    s3_deletion_release(deletion);
}

static const char *complete(const char *parts, struct s3_completion *out) {
    static struct s3_fault fault;
    AUTO(memory_free)
    char *document = memory_format("<CompleteMultipartUpload>%s</CompleteMultipartUpload>", parts);

    return s3_completion_read(document, strlen(document), out, &fault) ? "" : fault.code;
}

#define PART(number, etag) "<Part><ETag>" etag "</ETag><PartNumber>" number "</PartNumber></Part>"

Test(s3_documents, a_completion_names_parts_in_order) {
    AUTO(memory_free) struct s3_completion *completion = memory_alloc(sizeof *completion);

    cr_assert(
        eq(str, (char *)complete(PART("1", "&quot;ab&quot;") PART("3", "cd"), completion), ""));
    cr_expect(eq(int, completion->count, 2));
    cr_expect(eq(str, completion->parts[0].etag, "ab"));
    cr_expect(eq(int, completion->parts[1].number, 3));
    cr_expect(
        eq(str, (char *)complete(PART("2", "a") PART("1", "b"), completion), "InvalidPartOrder"));
    cr_expect(
        eq(str, (char *)complete(PART("1", "a") PART("1", "b"), completion), "InvalidPartOrder"));
    cr_expect(eq(str, (char *)complete("", completion), "MalformedXML"));
    cr_expect(eq(str, (char *)complete(PART("0", "a"), completion), "MalformedXML"));
    cr_expect(eq(str, (char *)complete(PART("10001", "a"), completion), "MalformedXML"));
    cr_expect(eq(str, (char *)complete("<Part><ETag>a</ETag></Part>", completion), "MalformedXML"));
}
