/* peer_xapian.cc - the peer: stock Xapian with positions and OP_PHRASE / OP_NEAR, on the same words (lib/token.h).
 *
 *     peer_xapian build DATABASE < PATHS          one path a line, each a plain text document
 *     peer_xapian query DATABASE < QUERIES        "phrase" or: a NEAR/k b (single words), or words (AND), a line each
 *
 * query prints QUERY<TAB>DOCUMENTS<TAB>-<TAB>MICROSECONDS. It shares the tokenizer with the engine so that both index
 * the same words, and nothing else. SPDX-License-Identifier: GPL-2.0-or-later */
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include <xapian.h>

extern "C" {
#include "lib/token.h"
#include "lib/utf8.h"
}

namespace {

std::vector<std::string> words_of(tokenizer *t, const std::string &text)
{
    std::vector<std::string> words;
    token token;
    token_options options = {};
    tokenizer_begin(t, text.data(), text.size(), &options);
    while (tokenizer_next(t, &token))
        words.emplace_back(token.word, token.word_len);
    return words;
}

std::string read_file(const std::string &path)
{
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

void build(const char *dir, tokenizer *t)
{
    Xapian::WritableDatabase db(dir, Xapian::DB_CREATE_OR_OVERWRITE);
    std::string path;
    while (std::getline(std::cin, path)) {
        std::string text = read_file(path);
        if (utf8_invalid_at(text.data(), text.size()) != text.size())
            continue;
        Xapian::Document doc;
        doc.set_data(path);
        Xapian::termpos pos = 0;
        for (const std::string &word : words_of(t, text))
            doc.add_posting(word, ++pos);
        db.add_document(doc);
    }
    db.commit();
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

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3 || (std::strcmp(argv[1], "build") != 0 && std::strcmp(argv[1], "query") != 0)) {
        std::fprintf(stderr, "usage: peer_xapian build|query DATABASE < PATHS|QUERIES\n");
        return 64;
    }
    tokenizer *t = tokenizer_new();
    if (t == nullptr)
        return 1;
    int status = 0;
    try {
        (std::strcmp(argv[1], "build") == 0 ? build : query)(argv[2], t);
    } catch (const Xapian::Error &error) {
        std::fprintf(stderr, "peer_xapian: %s\n", error.get_description().c_str());
        status = 1;
    }
    tokenizer_free(t);
    return status;
}
