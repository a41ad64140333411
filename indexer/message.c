/* message.c - see message.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/message.h"

#include <gmime/gmime.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "indexer/heading.h"
#include "indexer/html.h"
#include "indexer/htmltext.h"

enum { CHARSET_NAME = 40, DEEPEST = 32 };

/* A message on its way to text. */
struct writing {
    struct message *m;
    struct charset *charset;
    bool no_memory;
};

static bool put_object(struct writing *w, GMimeObject *object, unsigned depth);

void message_release(struct message *m)
{
    buf_release(&m->text);
    buf_release(&m->title);
    buf_release(&m->part);
}

void message_shrink(struct message *m, size_t keep)
{
    if (m->text.cap > keep)
        buf_release(&m->text);
    if (m->part.cap > keep)
        buf_release(&m->part);
}

/* ---- text ---------------------------------------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* Begins a paragraph: an empty line behind what is there. */
static void begin_paragraph(struct buf *text)
{
    while (text->len > 0 && is_space(text->data[text->len - 1]))
        text->len--;
    if (text->len > 0)
        buf_adds(text, "\n\n");
}

/* Appends bytes as text: valid UTF-8, lines that end in LF. False when they are none. */
static bool put_bytes(struct writing *w, const struct buf *bytes, const char *declared)
{
    const char *text, *name;
    size_t len;
    if (bytes->len == 0)
        return false;
    enum charset_result result = charset_to_utf8(w->charset, bytes->data, bytes->len, declared, &text, &len, &name);
    w->no_memory = w->no_memory || result == CHARSET_NOMEM;
    if (result != CHARSET_OK)
        return false;
    struct buf *out = &w->m->text;
    size_t before = out->len;
    for (const char *end = text + len; text < end;) {
        const char *cr = memchr(text, '\r', (size_t)(end - text));
        buf_add(out, text, (size_t)((cr == NULL ? end : cr) - text));
        if (cr != NULL && (cr + 1 == end || cr[1] != '\n'))
            buf_addc(out, '\n');
        text = cr == NULL ? end : cr + 1;
    }
    for (size_t i = before; i < out->len; i++) {
        if (!is_space(out->data[i]))
            return true;
    }
    return false;
}

/* HTML loses its markup; what a mail program shows is kept. */
static bool put_html(struct writing *w, const struct buf *bytes, const char *declared)
{
    char own[CHARSET_NAME];
    const char *text, *name;
    size_t len, before = w->m->text.len;
    if (bytes->len == 0)
        return false;
    if (declared == NULL && html_declared_charset(bytes->data, bytes->len, own, sizeof own))
        declared = own;
    enum charset_result result = charset_to_utf8(w->charset, bytes->data, bytes->len, declared, &text, &len, &name);
    w->no_memory = w->no_memory || result == CHARSET_NOMEM;
    if (result != CHARSET_OK)
        return false;
    htmltext_add(&w->m->text, text, len);
    return w->m->text.len > before;
}

/* ---- parts --------------------------------------------------------------------------------------------------- */

/* The bytes of a part, its transfer encoding undone, into m->part. */
static bool decode_part(struct writing *w, GMimePart *part)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    buf_clear(&w->m->part);
    if (content == NULL)
        return false;
    GMimeStream *stream = g_mime_stream_mem_new();
    (void)g_mime_data_wrapper_write_to_stream(content, stream);
    const GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    buf_add(&w->m->part, bytes->data, bytes->len);
    g_object_unref(stream);
    w->no_memory = w->no_memory || !buf_ok(&w->m->part); /* the next part clears it */
    return buf_ok(&w->m->part);
}

/* A header's words on one line. */
static void put_line(struct writing *w, const char *words)
{
    struct buf line = BUF_INIT, valid = BUF_INIT;
    const char *text, *name;
    size_t len;
    buf_adds(&valid, words);
    heading_squeeze(&line, valid.data, valid.len);
    enum charset_result result =
        line.len == 0 ? CHARSET_BINARY : charset_to_utf8(w->charset, line.data, line.len, NULL, &text, &len, &name);
    if (result == CHARSET_OK)
        buf_add(&w->m->text, text, len);
    w->no_memory = w->no_memory || result == CHARSET_NOMEM || !buf_ok(&line) || !buf_ok(&valid);
    buf_release(&line);
    buf_release(&valid);
}

/* Text of any kind but RTF, whose words are commands. A type that makes no sense is plain text (RFC 2045, 5.2). */
static bool is_text(GMimeObject *part, GMimeContentType *type)
{
    const char *header = g_mime_object_get_header(part, "Content-Type");
    if (header != NULL && strchr(header, '/') == NULL)
        return true;
    return g_mime_content_type_is_type(type, "text", "*") && !g_mime_content_type_is_type(type, "text", "rtf");
}

static bool put_part(struct writing *w, GMimePart *part)
{
    GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    if (!is_text(GMIME_OBJECT(part), type) || !decode_part(w, part))
        return false;
    begin_paragraph(&w->m->text);
    const char *file = g_mime_part_get_filename(part);
    if (file != NULL && *file != '\0') {
        buf_adds(&w->m->text, "Attachment: ");
        put_line(w, file);
        buf_adds(&w->m->text, "\n\n");
    }
    const char *charset = g_mime_content_type_get_parameter(type, "charset");
    bool html = g_mime_content_type_is_type(type, "text", "html");
    return html ? put_html(w, &w->m->part, charset) : put_bytes(w, &w->m->part, charset);
}

static bool is_type(GMimeObject *object, const char *type, const char *subtype)
{
    return g_mime_content_type_is_type(g_mime_object_get_content_type(object), type, subtype);
}

/* The plain text, else the richest of the others that says something: those come last. */
static bool put_alternative(struct writing *w, GMimeMultipart *multipart, unsigned depth)
{
    int n = g_mime_multipart_get_count(multipart);
    for (int i = 0; i < n; i++) {
        GMimeObject *part = g_mime_multipart_get_part(multipart, i);
        if (is_type(part, "text", "plain") && put_object(w, part, depth))
            return true;
    }
    for (int i = n - 1; i >= 0; i--) {
        GMimeObject *part = g_mime_multipart_get_part(multipart, i);
        if (!is_type(part, "text", "plain") && !is_type(part, "text", "calendar") && put_object(w, part, depth))
            return true;
    }
    return false;
}

static bool put_multipart(struct writing *w, GMimeMultipart *multipart, unsigned depth)
{
    GMimeObject *object = GMIME_OBJECT(multipart);
    int n = g_mime_multipart_get_count(multipart);
    bool any = false;
    if (is_type(object, "multipart", "alternative"))
        return put_alternative(w, multipart, depth);
    /* Behind the root of a page are its pictures and styles, behind what is signed its signature. */
    bool one_only = is_type(object, "multipart", "related") || is_type(object, "multipart", "signed");
    for (int i = 0; i < n && !(one_only && any); i++)
        any = put_object(w, g_mime_multipart_get_part(multipart, i), depth) || any;
    return any;
}

/* ---- messages ------------------------------------------------------------------------------------------------ */

static void put_field(struct writing *w, const char *name, const char *value)
{
    if (value == NULL)
        return;
    size_t before = w->m->text.len;
    buf_adds(&w->m->text, name);
    buf_adds(&w->m->text, ": ");
    size_t from = w->m->text.len;
    put_line(w, value);
    if (w->m->text.len == from)
        w->m->text.len = before;
    else
        buf_addc(&w->m->text, '\n');
}

static void put_addresses(struct writing *w, const char *name, InternetAddressList *list)
{
    if (list == NULL)
        return;
    char *words = internet_address_list_to_string(list, NULL, FALSE);
    put_field(w, name, words);
    g_free(words);
}

/* From, To, Cc, Date, Subject; returns where the subject's words begin. */
static size_t put_head(struct writing *w, GMimeMessage *message)
{
    static const char subject[] = "Subject: ";
    begin_paragraph(&w->m->text);
    put_addresses(w, "From", g_mime_message_get_from(message));
    put_addresses(w, "To", g_mime_message_get_to(message));
    put_addresses(w, "Cc", g_mime_message_get_cc(message));
    put_field(w, "Date", g_mime_object_get_header(GMIME_OBJECT(message), "Date"));
    size_t at = w->m->text.len + sizeof subject - 1;
    put_field(w, "Subject", g_mime_message_get_subject(message));
    return at;
}

/* Whether anything was written that is not blank. */
static bool put_object(struct writing *w, GMimeObject *object, unsigned depth)
{
    if (object == NULL || depth > DEEPEST)
        return false;
    if (GMIME_IS_PART(object))
        return put_part(w, GMIME_PART(object));
    if (GMIME_IS_MULTIPART(object))
        return put_multipart(w, GMIME_MULTIPART(object), depth + 1);
    if (!GMIME_IS_MESSAGE_PART(object))
        return false;
    GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    if (inner == NULL)
        return false;
    (void)put_head(w, inner);
    (void)put_object(w, g_mime_message_get_mime_part(inner), depth + 1);
    return true;
}

static void take_subject(struct message *m, size_t start)
{
    m->title_start = m->title_end = start;
    if (start >= m->text.len)
        return;
    m->title_end = m->text.len - 1;
    buf_add(&m->title, m->text.data + start, m->title_end - start);
}

static void take_date(struct message *m, GMimeMessage *message)
{
    GDateTime *date = g_mime_message_get_date(message);
    if (date != NULL)
        m->date = g_date_time_to_unix(date);
}

static void init_gmime(void)
{
    g_mime_init();
}

static GMimeMessage *parse(const char *bytes, size_t len)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_gmime);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, len);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);
    return message;
}

bool message_read(struct message *m, struct charset *charset, const char *bytes, size_t len)
{
    struct writing w = {.m = m, .charset = charset};
    buf_clear(&m->text);
    buf_clear(&m->title);
    m->title_start = m->title_end = 0;
    m->date = DOCUMENT_NO_DATE;
    GMimeMessage *message = parse(bytes, len);
    if (message == NULL)
        return true;
    take_subject(m, put_head(&w, message));
    take_date(m, message);
    (void)put_object(&w, g_mime_message_get_mime_part(message), 0);
    g_object_unref(message);
    while (m->text.len > 1 && memcmp(m->text.data + m->text.len - 2, "\n\n", 2) == 0)
        m->text.len--;
    return !w.no_memory && buf_ok(&m->text) && buf_ok(&m->title);
}

void message_document(const struct message *m, struct document *doc)
{
    doc->text = m->text.data == NULL ? "" : m->text.data;
    doc->text_len = m->text.len;
    doc->date = m->date;
    if (m->title.len == 0)
        return;
    doc->title = m->title.data;
    doc->title_len = m->title.len;
    doc->title_in_text = true;
    doc->title_start = (uint32_t)m->title_start;
    doc->title_end = (uint32_t)m->title_end;
}

/* ---- what looks like a message ------------------------------------------------------------------------------- */

static const char *const known_names[] = {"from",     "date",     "received",   "message-id",  "return-path",
                                          "to",       "subject",  "cc",         "sender",      "delivered-to",
                                          "x-mailer", "reply-to", "newsgroups", "mime-version"};

static bool is_known(const char *name, size_t len)
{
    for (size_t i = 0; i < BASE_COUNT(known_names); i++) {
        if (strlen(known_names[i]) == len && strncasecmp(name, known_names[i], len) == 0)
            return true;
    }
    return false;
}

size_t message_fields(const char *bytes, size_t len, size_t *known)
{
    const char *end = bytes + len;
    size_t n = 0;
    *known = 0;
    for (const char *p = bytes; p < end;) {
        const char *lf = memchr(p, '\n', (size_t)(end - p)), *q = p;
        if (lf == NULL || lf == p || (lf == p + 1 && *p == '\r'))
            break;
        while (q<lf && * q> ' ' && *q != ':' && (unsigned char)*q < 0x7f)
            q++;
        bool continues = n > 0 && (*p == ' ' || *p == '\t'), field = q > p && q < lf && *q == ':';
        if (!continues && !field)
            return 0;
        n += field && !continues;
        *known += field && !continues && is_known(p, (size_t)(q - p));
        p = lf + 1;
    }
    return n;
}
