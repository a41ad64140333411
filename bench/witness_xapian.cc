/* witness_xapian.cc - a second opinion for tests/oracle/second.py: stock Xapian with positions.
 *
 *     witness_xapian build DATABASE < PATHS       one path a line, each a plain text document
 *     witness_xapian list DATABASE < QUERIES      a line each: "phrase", words (AND), or of two single words
 *                                                 a NEAR/k b, a BEFORE/k b, a OR b, a NOT b
 *
 * list prints QUERY and the paths, sorted, each after a TAB. It shares the tokenizer with the engine so that both index
 * the same words, and nothing else. SPDX-License-Identifier: GPL-2.0-or-later */
#include <cstdio>
#include <cstring>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include <xapian.h>

#include "bench/xapian_text.h"

namespace {

const struct {
    const char *name;
    Xapian::Query::op op;
    bool takes_distance;
} operators[] = {
    {" NEAR/", Xapian::Query::OP_NEAR, true},
    {" BEFORE/", Xapian::Query::OP_PHRASE, true},
    {" OR ", Xapian::Query::OP_OR, false},
    {" NOT ", Xapian::Query::OP_AND_NOT, false},
};

Xapian::Query parse(tokenizer *t, const std::string &line)
{
    for (const auto &known : operators) {
        std::string::size_type at = line.find(known.name);
        if (line[0] == '"' || at == std::string::npos)
            continue;
        std::vector<std::string> a = words_of(t, line.substr(0, at));
        std::vector<std::string> b = words_of(t, line.substr(line.find(' ', at + 1)));
        std::vector<std::string> both = {a.at(0), b.at(0)};
        if (!known.takes_distance)
            return Xapian::Query(known.op, both.begin(), both.end());
        unsigned distance = (unsigned)std::stoul(line.substr(at + std::strlen(known.name)));
        return Xapian::Query(known.op, both.begin(), both.end(), distance + 2);
    }
    std::vector<std::string> words = words_of(t, line);
    if (line[0] != '"')
        return Xapian::Query(Xapian::Query::OP_AND, words.begin(), words.end());
    return Xapian::Query(Xapian::Query::OP_PHRASE, words.begin(), words.end(), (Xapian::termcount)words.size());
}

void list(const char *dir, tokenizer *t)
{
    Xapian::Database db(dir);
    std::string line;
    while (std::getline(std::cin, line)) {
        Xapian::Enquire enquire(db);
        enquire.set_query(parse(t, line));
        Xapian::MSet found = enquire.get_mset(0, db.get_doccount());
        std::set<std::string> paths;
        for (Xapian::MSetIterator i = found.begin(); i != found.end(); ++i)
            paths.insert(i.get_document().get_data());
        std::cout << line;
        for (const std::string &path : paths)
            std::cout << '\t' << path;
        std::cout << '\n';
    }
}

const struct {
    const char *name;
    void (*run)(const char *dir, tokenizer *t);
} commands[] = {{"build", build}, {"list", list}};

} // namespace

int main(int argc, char **argv)
{
    void (*run)(const char *dir, tokenizer *t) = nullptr;
    for (const auto &command : commands)
        if (argc == 3 && std::strcmp(argv[1], command.name) == 0)
            run = command.run;
    if (run == nullptr) {
        std::fprintf(stderr, "usage: witness_xapian build|list DATABASE < PATHS|QUERIES\n");
        return 64;
    }
    tokenizer *t = tokenizer_new();
    if (t == nullptr)
        return 1;
    int status = 0;
    try {
        run(argv[2], t);
    } catch (const Xapian::Error &error) {
        std::fprintf(stderr, "witness_xapian: %s\n", error.get_description().c_str());
        status = 1;
    }
    tokenizer_free(t);
    return status;
}
