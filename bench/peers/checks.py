# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether all engines count the same, and why not where it is known."""

from queries import Near, words_of

SPHINX_WORD = 42


def reason(engine, query):
    """Why an engine may count otherwise than we do; None: no reason known."""
    if engine == "sphinx" and any(len(word) > SPHINX_WORD for word in words_of(query)):
        return "Sphinx cuts words after %d characters" % SPHINX_WORD
    if engine.startswith("fts5") and isinstance(query, Near) and len(set(query.words)) < len(query.words):
        return "FTS5's NEAR lets one place of a word stand for two operands"
    return None


def differences(query_class, mode, answers, texts, parts):
    """Rows of what differs from Verbatim's counts. answers: engine -> (Answers, indexes into the class's queries)."""
    if mode == "top" or "verbatim" not in answers:
        return []
    ours = dict(zip(answers["verbatim"][1], answers["verbatim"][0].counts))
    rows = []
    for engine, (found, indexes) in answers.items():
        if engine == "verbatim" or found.refused is not None:
            continue
        for i, count in zip(indexes, found.counts):
            if i not in ours:
                continue
            for what, theirs, mine in differing(query_class, mode, count, ours[i]):
                rows.append({"class": query_class.name, "mode": mode, "parts": parts, "engine": engine,
                             "query": texts[i], "what": what, "verbatim": mine, "theirs": theirs,
                             "why": reason(engine, query_class.queries[i]) or "unexplained"})
    return rows


def differing(query_class, mode, theirs, ours):
    if theirs[0] != ours[0]:
        yield "documents", theirs[0], ours[0]
    elif mode == "matches" and query_class.same_matches and theirs[1] is not None and theirs[1] != ours[1]:
        yield "matches", theirs[1], ours[1]
