/* xapian_text.h - what the programs on stock Xapian share: documents by the words of lib/token.h, with positions.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_XAPIAN_TEXT_H
#define VERBATIM_XAPIAN_TEXT_H

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

inline std::vector<std::string> words_of(tokenizer *t, const std::string &text)
{
    std::vector<std::string> words;
    token token;
    token_options options = {};
    tokenizer_begin(t, text.data(), text.size(), &options);
    while (tokenizer_next(t, &token))
        words.emplace_back(token.word, token.word_len);
    return words;
}

inline std::string read_file(const std::string &path)
{
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

/* Makes a database of the documents whose paths standard input names, one a line; a path is its document's data. */
inline void build(const char *dir, tokenizer *t)
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

#endif
