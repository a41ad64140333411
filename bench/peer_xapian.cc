/* peer_xapian.cc - the peer: stock Xapian with positions and OP_PHRASE / OP_NEAR, on the same words (lib/token.h).
 *
 *     peer_xapian build DATABASE < PATHS          one path a line, each a plain text document
 *     peer_xapian build DATABASE FEED...          the same from what bench_feed wrote
 *     peer_xapian query DATABASE < QUERIES        "phrase" or: a NEAR/k b (single words), or words (AND), a line each
 *     peer_xapian drive DATABASE < REQUESTS       MODE<TAB>QUERY, a line each: bench/README.md, "Drivers"
 *     peer_xapian version
 *
 * query prints QUERY<TAB>DOCUMENTS<TAB>-<TAB>MICROSECONDS. It shares the tokenizer with the engine so that both index
 * the same words, and nothing else. SPDX-License-Identifier: GPL-2.0-or-later */
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <xapian.h>

#include "bench/feed.h"
#include "bench/xapian_text.h"

namespace {

void build_from_feed(Xapian::WritableDatabase &db, tokenizer *t, const char *path)
{
    FILE *feed = std::fopen(path, "r");
    if (feed == nullptr)
        throw std::runtime_error(std::string(path) + ": cannot be read");
    feed_document in = {};
    int more;
    while ((more = feed_next(feed, &in)) > 0) {
        Xapian::Document doc;
        doc.set_data(std::to_string(in.number));
        Xapian::termpos pos = 0;
        for (const std::string &word : words_of(t, std::string(in.text, in.text_len)))
            doc.add_posting(word, ++pos);
        db.add_document(doc);
    }
    std::free(in.data);
    std::fclose(feed);
    if (more < 0)
        throw std::runtime_error(std::string(path) + ": cut short");
}

Xapian::Query parse(tokenizer *t, const std::string &line)
{
    std::string::size_type near = line.find(" NEAR/");
    if (near != std::string::npos) {
        std::string::size_type space = line.find(' ', near + 1);
        std::vector<std::string> a = words_of(t, line.substr(0, near)), b = words_of(t, line.substr(space));
        std::vector<std::string> both = {a.at(0), b.at(0)};
        unsigned k = (unsigned)std::stoul(line.substr(near + 6));
        return Xapian::Query(Xapian::Query::OP_NEAR, both.begin(), both.end(), k + 2);
    }
    std::vector<std::string> words = words_of(t, line);
    Xapian::Query::op op = line[0] == '"' ? Xapian::Query::OP_PHRASE : Xapian::Query::OP_AND;
    return Xapian::Query(op, words.begin(), words.end(), (Xapian::termcount)words.size());
}

void query(const char *dir, tokenizer *t)
{
    Xapian::Database db(dir);
    std::string line;
    while (std::getline(std::cin, line)) {
        auto began = std::chrono::steady_clock::now();
        Xapian::Enquire enquire(db);
        enquire.set_weighting_scheme(Xapian::BoolWeight());
        enquire.set_query(parse(t, line));
        Xapian::MSet found = enquire.get_mset(0, 0, db.get_doccount());
        std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
        std::printf("%s\t%u\t-\t%.1f\n", line.c_str(), found.get_matches_lower_bound(), took.count());
    }
}

/* ---- drive: the notation of bench/README.md, "Drivers" ---- */

Xapian::Query slot(std::istringstream &in)
{
    std::string word;
    in >> word;
    if (word[0] == '=')
        return Xapian::Query(word.substr(1));
    if (word[0] == '^')
        return Xapian::Query(Xapian::Query::OP_WILDCARD, word.substr(1), 0, Xapian::Query::WILDCARD_LIMIT_ERROR,
                             Xapian::Query::OP_OR);
    if (word[0] != '|')
        throw std::runtime_error("unsupported: a place for any word");
    std::vector<std::string> words(std::stoul(word.substr(1)));
    for (std::string &w : words)
        in >> w;
    return Xapian::Query(Xapian::Query::OP_OR, words.begin(), words.end());
}

Xapian::Query notation(std::istringstream &in)
{
    std::string op;
    unsigned among = 0, n = 0;
    in >> op;
    if (op == "NEAR" || op == "ORDERED")
        in >> among;
    in >> n;
    if (!in || n == 0)
        throw std::runtime_error("not the notation of drivers");
    std::vector<Xapian::Query> parts(n);
    bool positional = op == "PHRASE" || op == "NEAR" || op == "ORDERED";
    for (Xapian::Query &part : parts)
        part = positional ? slot(in) : notation(in);
    if (positional)
        return Xapian::Query(op == "NEAR" ? Xapian::Query::OP_NEAR : Xapian::Query::OP_PHRASE, parts.begin(),
                             parts.end(), n + among);
    Xapian::Query::op join = op == "AND"  ? Xapian::Query::OP_AND
                             : op == "OR" ? Xapian::Query::OP_OR
                                          : Xapian::Query::OP_AND_NOT;
    return Xapian::Query(join, parts.begin(), parts.end());
}

void answer(Xapian::Database &db, const std::string &mode, const std::string &text)
{
    auto began = std::chrono::steady_clock::now();
    std::istringstream in(text);
    Xapian::Enquire enquire(db);
    bool top = mode == "top";
    if (!top)
        enquire.set_weighting_scheme(Xapian::BoolWeight());
    enquire.set_query(notation(in));
    Xapian::MSet found = enquire.get_mset(0, top ? 10 : 0, top ? 0 : db.get_doccount());
    std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
    std::printf("%u\t-\t%.1f\n", top ? found.size() : found.get_matches_lower_bound(), took.count());
}

void drive(const char *dir)
{
    Xapian::Database db(dir);
    std::string line;
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    while (std::getline(std::cin, line)) {
        std::string::size_type tab = line.find('\t');
        std::string mode = line.substr(0, tab);
        try {
            if (mode != "count" && mode != "top")
                throw std::runtime_error("unsupported: Xapian counts documents only");
            answer(db, mode, line.substr(tab + 1));
        } catch (const Xapian::Error &error) {
            std::printf("error\t%s\n", error.get_description().c_str());
        } catch (const std::exception &error) {
            std::printf("error\t%s\n", error.what());
        }
    }
}

} // namespace

int main(int argc, char **argv)
{
    std::string command = argc > 1 ? argv[1] : "";
    if (command == "version")
        return std::printf("%s\n", Xapian::version_string()) < 0;
    bool feeds = command == "build" && argc > 3;
    if (!feeds && (argc != 3 || (command != "build" && command != "query" && command != "drive"))) {
        std::fprintf(stderr, "usage: peer_xapian build|query|drive DATABASE < PATHS|QUERIES|REQUESTS\n"
                             "       peer_xapian build DATABASE FEED..., peer_xapian version\n");
        return 64;
    }
    tokenizer *t = tokenizer_new();
    if (t == nullptr)
        return 1;
    int status = 0;
    try {
        if (feeds) {
            Xapian::WritableDatabase db(argv[2], Xapian::DB_CREATE_OR_OVERWRITE);
            for (int i = 3; i < argc; i++)
                build_from_feed(db, t, argv[i]);
            db.commit();
        } else if (command == "drive") {
            drive(argv[2]);
        } else {
            (command == "build" ? build : query)(argv[2], t);
        }
    } catch (const Xapian::Error &error) {
        std::fprintf(stderr, "peer_xapian: %s\n", error.get_description().c_str());
        status = 1;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "peer_xapian: %s\n", error.what());
        status = 1;
    }
    tokenizer_free(t);
    return status;
}
