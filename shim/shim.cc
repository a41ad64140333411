/* shim.cc - the only place that names Xapian; see shim.h for the contract.
 *
 * Every entry is noexcept and runs its whole body inside guard(), which turns exceptions into a status by their kind.
 * It does not know segments or queries. Governed by ARCHITECTURE.md. SPDX-License-Identifier: GPL-2.0-or-later */
#include "shim/shim.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xapian.h>

/* Xapian 1.4.22's own check() deletes a table by a base class of another size, which the allocator does not mind. */
extern "C" const char *__asan_default_options(void);
extern "C" const char *__asan_default_options(void)
{
    return "new_delete_type_mismatch=0";
}

struct shim_builder {
    Xapian::WritableDatabase db;
    std::string dir;
    size_t n_pending; /* postings that Xapian holds in memory */
};

/* A document of very many terms is several of Xapian's: the first, and behind it further ones that hold CONTINUES too.
 * A term stands in one of them only, so that reading needs no more than the right number:
 *
 *     document        1    2    2    3    3    3    4
 *     Xapian's        1    2    3    4    5    6    7
 *     further ones              3         5    6               */
struct shim_db {
    Xapian::Database db;
    std::string path;
    bool knows_further; /* read with the first list: opening reads no lists */
    std::vector<Xapian::docid> further;
};

struct shim_postings {
    Xapian::PostingIterator at, end;
    const struct shim_db *db; /* outlives it */
    size_t n_passed;          /* further ones at or before the last document read */
};

struct shim_stemmer {
    Xapian::Stem stem;
};

namespace
{

/* ---- exceptions to statuses ---------------------------------------------------------------------------------- */

/* Xapian gives the text of an errno value, not the value, and wraps one exception's sentence in another's. */
bool says_errno(const Xapian::Error &e, int errnum)
{
    const char *wanted = std::strerror(errnum), *text = e.get_error_string();
    return (text != nullptr && std::strcmp(text, wanted) == 0) || e.get_msg().find(wanted) != std::string::npos;
}

/* What Xapian says when it gives a flush up for an exception that is not its own: memory ran out. */
bool is_failed_memory(const Xapian::Error &e)
{
    const std::string &msg = e.get_msg();
    return msg.compare(0, 22, "cancel() not supported") == 0 ||
           msg.compare(0, 36, "Modifications failed (Unknown error)") == 0;
}

/* A failed flush is told like damage, but it is only of what was being written, and that is thrown away. */
enum status database_status(const Xapian::Error &e, enum status otherwise)
{
    return e.get_msg().compare(0, 20, "Modifications failed") == 0 ? ST_IO : otherwise;
}

enum status report(struct err *err, enum status status, const char *what, const Xapian::Error &e)
{
    /* Its words are of how it gave up; why is what people can mend. */
    if (says_errno(e, ENOSPC) || says_errno(e, EDQUOT))
        return err_sys(err, ST_NO_SPACE, says_errno(e, ENOSPC) ? ENOSPC : EDQUOT, "%s: cannot write", what);
    if (is_failed_memory(e))
        return err_nomem(err);
    if (says_errno(e, ENOMEM))
        status = ST_NOMEM;
    else if (says_errno(e, EIO) || says_errno(e, EMFILE) || says_errno(e, ENFILE))
        status = ST_IO; /* whatever kind of error Xapian makes of it: the bytes were not seen */
    const char *reason = e.get_error_string();
    return err_set(err, status, "%s: %s%s%s", what, e.get_msg().c_str(), reason ? ": " : "", reason ? reason : "");
}

/* Called inside a handler: names the kind of the exception in flight. Most particular kinds first. */
enum status classify(struct err *err, const char *what)
{
    try {
        throw;
    } catch (const Xapian::DatabaseModifiedError &e) {
        return report(err, ST_IO, what, e);
    } catch (const Xapian::DatabaseLockError &e) {
        return report(err, ST_CREATE, what, e); /* scratch is nobody else's: the lock itself could not be made */
    } catch (const Xapian::DatabaseCorruptError &e) {
        return report(err, database_status(e, ST_DAMAGED), what, e);
    } catch (const Xapian::DatabaseVersionError &e) {
        return report(err, ST_VERSION, what, e);
    } catch (const Xapian::DatabaseNotFoundError &e) {
        return report(err, ST_NOT_FOUND, what, e);
    } catch (const Xapian::DatabaseCreateError &e) {
        return report(err, ST_CREATE, what, e);
    } catch (const Xapian::DatabaseOpeningError &e) {
        return report(err, ST_DAMAGED, what, e);
    } catch (const Xapian::DatabaseClosedError &e) {
        return report(err, ST_INTERNAL, what, e);
    } catch (const Xapian::DatabaseError &e) {
        /* Without the system's reason it is about what was read: a file cut short, say. */
        return report(err, database_status(e, e.get_error_string() ? ST_IO : ST_DAMAGED), what, e);
    } catch (const Xapian::NetworkError &e) {
        return report(err, ST_IO, what, e);
    } catch (const Xapian::InvalidArgumentError &e) {
        return report(err, ST_USAGE, what, e);
    } catch (const Xapian::Error &e) {
        return report(err, database_status(e, ST_INTERNAL), what, e);
    } catch (const std::bad_alloc &) {
        return err_nomem(err);
    } catch (const std::exception &e) {
        return err_set(err, ST_INTERNAL, "%s: %s", what, e.what());
    }
}

/* Runs body; what names the thing at hand for the message. */
template <class Body> enum status guard(struct err *err, const char *what, Body body) noexcept
{
    try {
        try {
            return body();
        } catch (...) {
            return classify(err, what);
        }
    } catch (const std::bad_alloc &) {
        return err_nomem(err);
    } catch (...) {
        return err_set(err, ST_INTERNAL, "%s: an unknown failure", what);
    }
}

/* Ends an object whose destructor might throw. */
template <class Thing> void destroy(Thing *thing) noexcept
{
    try {
        delete thing;
    } catch (...) {
        /* nothing is left to be told */
    }
}

/* ---- opening ------------------------------------------------------------------------------------------------- */

enum status term_check(const char *what, const char *term, size_t len, struct err *err)
{
    if (len == 0 || len > SHIM_TERM_MAX)
        return err_set(err, ST_USAGE, "%s: a term of %zu bytes (1 to %d can be held)", what, len, int(SHIM_TERM_MAX));
    if (std::memchr(term, '\0', len) != nullptr)
        return err_set(err, ST_USAGE, "%s: a term with a NUL byte", what);
    return ST_OK;
}

/* A single-file database is opened by descriptor, because by name Xapian would also take a stub file, which can point
 * anywhere. *fd is -1 for a folder. */
enum status open_file(const char *path, int *fd, struct err *err)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (*fd < 0 || fstat(*fd, &st) != 0) {
        int errnum = errno;
        if (*fd >= 0)
            close(*fd);
        return err_sys(err, errnum == ENOENT ? ST_NOT_FOUND : ST_IO, errnum, "%s: cannot open", path);
    }
    if (S_ISREG(st.st_mode) && st.st_size > 0)
        return ST_OK;
    close(*fd);
    *fd = -1;
    if (S_ISDIR(st.st_mode))
        return ST_OK;
    return err_set(err, ST_DAMAGED, "%s: not a database", path);
}

/* Xapian owns the descriptor from the call on. */
enum status open_database(const char *path, Xapian::Database *out, struct err *err)
{
    int fd;
    enum status status = open_file(path, &fd, err);
    if (status == ST_OK)
        *out = fd < 0 ? Xapian::Database(path, Xapian::DB_BACKEND_GLASS) : Xapian::Database(fd);
    return status;
}

/* ---- documents of many terms ---------------------------------------------------------------------------------- */

const char CONTINUES[] = "\xff"; /* no UTF-8, so no word */

/* Number of the first of Xapian's documents that make up a document. */
Xapian::docid number_in_xapian(const std::vector<Xapian::docid> &further, uint32_t doc)
{
    /* The i-th further one, from 0, belongs to document further[i] - i - 1: those of earlier documents count. */
    size_t low = 0, high = further.size();
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (further[mid] - mid - 1 < doc)
            low = mid + 1;
        else
            high = mid;
    }
    uint64_t number = uint64_t(doc) + low;
    return number > UINT32_MAX ? UINT32_MAX : Xapian::docid(number);
}

/* Document of one of Xapian's; *n_passed goes along with ascending ones. */
uint32_t number_of_document(const std::vector<Xapian::docid> &further, Xapian::docid number, size_t *n_passed)
{
    while (*n_passed < further.size() && further[*n_passed] <= number)
        ++*n_passed;
    return number - uint32_t(*n_passed);
}

enum status make_document(const struct shim_builder *b, const struct shim_term *terms, size_t n_terms,
                          Xapian::Document *doc, struct err *err)
{
    for (size_t i = 0; i < n_terms; i++) {
        enum status status = term_check(b->dir.c_str(), terms[i].bytes, terms[i].len, err);
        if (status != ST_OK)
            return status;
        doc->add_term(std::string(terms[i].bytes, terms[i].len), terms[i].wdf);
    }
    return ST_OK;
}

/* ---- flushing ------------------------------------------------------------------------------------------------ */

/* Xapian gathers postings in nested trees, which are fast only while they fit the processor's cache; flushing them into
 * its tables this often is faster, and keeps a word's postings together. */
constexpr size_t FLUSH_POSTINGS = 40000;

/* Everything happens inside a transaction, because without one closing commits, also when all is to be thrown away. */
void flush_pending(struct shim_builder *b)
{
    b->db.commit_transaction();
    b->db.commit();
    b->n_pending = 0;
}

void add_document(struct shim_builder *b, const Xapian::Document &doc, size_t n_terms)
{
    b->db.add_document(doc);
    b->n_pending += n_terms;
    if (b->n_pending >= FLUSH_POSTINGS) {
        flush_pending(b);
        b->db.begin_transaction(false);
    }
}

} // namespace

/* ---- building ------------------------------------------------------------------------------------------------ */

enum status shim_builder_open(const char *dir, struct shim_builder **out, struct err *err) SHIM_NOEXCEPT
{
    *out = nullptr;
    return guard(err, dir, [&] {
        const int flags = Xapian::DB_CREATE | Xapian::DB_NO_SYNC | Xapian::DB_DANGEROUS | Xapian::DB_NO_TERMLIST |
                          Xapian::DB_BACKEND_GLASS;
        std::unique_ptr<shim_builder> b(new shim_builder{Xapian::WritableDatabase(dir, flags), dir, 0});
        b->db.begin_transaction(false);
        *out = b.release();
        return ST_OK;
    });
}

enum status shim_builder_add(struct shim_builder *b, const struct shim_term *terms, size_t n_terms,
                             struct err *err) SHIM_NOEXCEPT
{
    return guard(err, b->dir.c_str(), [&] {
        Xapian::Document doc;
        enum status status = make_document(b, terms, n_terms, &doc, err);
        if (status == ST_OK)
            add_document(b, doc, n_terms);
        return status;
    });
}

enum status shim_builder_more(struct shim_builder *b, const struct shim_term *terms, size_t n_terms,
                              struct err *err) SHIM_NOEXCEPT
{
    return guard(err, b->dir.c_str(), [&] {
        Xapian::Document doc;
        enum status status = make_document(b, terms, n_terms, &doc, err);
        if (status == ST_OK && b->db.get_lastdocid() == 0)
            status = err_set(err, ST_USAGE, "%s: more terms before the first document", b->dir.c_str());
        if (status != ST_OK)
            return status;
        doc.add_boolean_term(CONTINUES);
        add_document(b, doc, n_terms);
        return ST_OK;
    });
}

enum status shim_builder_finish(struct shim_builder *b, struct err *err) SHIM_NOEXCEPT
{
    enum status status = guard(err, b->dir.c_str(), [&] {
        flush_pending(b);
        b->db.close();
        return ST_OK;
    });
    if (status == ST_OK)
        destroy(b);
    else
        shim_builder_discard(b);
    return status;
}

void shim_builder_discard(struct shim_builder *b) SHIM_NOEXCEPT
{
    if (b == nullptr)
        return;
    (void)guard(nullptr, "", [&] {
        b->db.cancel_transaction();
        b->db.close();
        return ST_OK;
    });
    destroy(b);
}

enum status shim_compact(const char *const *dirs, size_t n_dirs, const char *dst, struct err *err) SHIM_NOEXCEPT
{
    if (n_dirs == 0)
        return err_set(err, ST_USAGE, "%s: nothing to join", dst);
    return guard(err, dst, [&] {
        Xapian::Database all;
        for (size_t i = 0; i < n_dirs; i++) {
            Xapian::Database one;
            enum status status = open_database(dirs[i], &one, err);
            if (status != ST_OK)
                return status;
            all.add_database(one);
        }
        all.compact(dst, Xapian::DBCOMPACT_SINGLE_FILE | unsigned(Xapian::Compactor::FULL));
        return ST_OK;
    });
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

enum status shim_db_open(const char *path, struct shim_db **out, struct err *err) SHIM_NOEXCEPT
{
    *out = nullptr;
    return guard(err, path, [&] {
        std::unique_ptr<shim_db> db(new shim_db{Xapian::Database(), path, false, {}});
        enum status status = open_database(path, &db->db, err);
        if (status == ST_OK)
            *out = db.release();
        return status;
    });
}

void shim_db_close(struct shim_db *db) SHIM_NOEXCEPT
{
    destroy(db);
}

enum status shim_db_check(const char *path, struct err *err) SHIM_NOEXCEPT
{
    return guard(err, path, [&] {
        int fd;
        enum status status = open_file(path, &fd, err);
        if (status != ST_OK)
            return status;
        size_t n_errors = fd < 0 ? Xapian::Database::check(path) : Xapian::Database::check(fd);
        if (n_errors == 0)
            return ST_OK;
        return err_set(err, ST_DAMAGED, "%s: damaged in %zu places", path, n_errors);
    });
}

enum status shim_term_stats(struct shim_db *db, const char *term, size_t len, struct shim_stats *out,
                            struct err *err) SHIM_NOEXCEPT
{
    *out = shim_stats{0, 0};
    return guard(err, db->path.c_str(), [&] {
        enum status status = term_check(db->path.c_str(), term, len, err);
        if (status != ST_OK)
            return status;
        const std::string name(term, len);
        out->documents = db->db.get_termfreq(name);
        out->occurrences = db->db.get_collection_freq(name);
        return ST_OK;
    });
}

enum status shim_postings_open(struct shim_db *db, const char *term, size_t len, struct shim_postings **out,
                               struct err *err) SHIM_NOEXCEPT
{
    *out = nullptr;
    return guard(err, db->path.c_str(), [&] {
        enum status status = term_check(db->path.c_str(), term, len, err);
        if (status != ST_OK)
            return status;
        if (!db->knows_further)
            db->further.assign(db->db.postlist_begin(CONTINUES), db->db.postlist_end(CONTINUES));
        db->knows_further = true;
        const std::string name(term, len);
        *out = new shim_postings{db->db.postlist_begin(name), db->db.postlist_end(name), db, 0};
        return ST_OK;
    });
}

enum status shim_postings_read(struct shim_postings *p, uint32_t at_least, struct shim_posting *page, size_t cap,
                               size_t *n, struct err *err) SHIM_NOEXCEPT
{
    *n = 0;
    return guard(err, p->db->path.c_str(), [&] {
        const std::vector<Xapian::docid> &further = p->db->further;
        const Xapian::docid first = number_in_xapian(further, at_least);
        if (p->at != p->end && *p->at < first)
            p->at.skip_to(first);
        size_t filled = 0;
        for (; filled < cap && p->at != p->end; ++p->at, filled++)
            page[filled] = shim_posting{number_of_document(further, *p->at, &p->n_passed), p->at.get_wdf()};
        *n = filled;
        return ST_OK;
    });
}

void shim_postings_free(struct shim_postings *p) SHIM_NOEXCEPT
{
    destroy(p);
}

/* ---- stemming ------------------------------------------------------------------------------------------------ */

enum status shim_stemmer_new(const char *language, struct shim_stemmer **out, struct err *err) SHIM_NOEXCEPT
{
    *out = nullptr;
    enum status status = guard(err, language, [&] {
        if (*language == '\0')
            throw Xapian::InvalidArgumentError("no language");
        *out = new shim_stemmer{Xapian::Stem(language)};
        return ST_OK;
    });
    if (status == ST_USAGE)
        return err_set(err, ST_USAGE, "language '%s' is not known; there are: %s", language, shim_stemmer_languages());
    return status;
}

void shim_stemmer_free(struct shim_stemmer *s) SHIM_NOEXCEPT
{
    destroy(s);
}

enum status shim_stem(struct shim_stemmer *s, const char *word, size_t len, char *out, size_t room, size_t *stem_len,
                      struct err *err) SHIM_NOEXCEPT
{
    *stem_len = 0;
    return guard(err, "stemmer", [&] {
        const std::string stem = s->stem(std::string(word, len));
        if (stem.size() > room)
            return err_set(err, ST_USAGE, "stemmer: a stem of %zu bytes, room for %zu", stem.size(), room);
        std::memcpy(out, stem.data(), stem.size());
        *stem_len = stem.size();
        return ST_OK;
    });
}

const char *shim_stemmer_languages(void) SHIM_NOEXCEPT
{
    try {
        static const std::string languages = Xapian::Stem::get_available_languages();
        return languages.c_str();
    } catch (...) {
        return "";
    }
}
