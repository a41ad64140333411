#!/bin/sh
# kinds.sh - a folder of many kinds of documents in one run: every skip is named, matches are found at their lines and
# columns; files that tell what to pass over. Usage: sh tests/indexer/kinds.sh [PROGRAM].
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
# shellcheck source=tests/indexer/tap.sh
. "$(dirname "$0")/tap.sh"
client=$(dirname "$program")/verbatim

# finds QUERY ROW...: the query gives these rows, in the order of paths.
finds() {
    query=$1
    shift
    : > "$work/wanted"
    [ $# -eq 0 ] || printf '%s\n' "$@" > "$work/wanted"
    "$client" search --index i -- "$query" 2> "$work/err" | sort > "$work/out" || :
    if cmp -s "$work/wanted" "$work/out"; then
        ok "$query"
    else
        not_ok "$query"
    fi
}

mkdir -p docs/Maildir/cur docs/Maildir/new
cat > docs/page.html << 'EOF'
<!DOCTYPE html>
<html><head><title>The Harbour Office</title><meta name="date" content="2022-11-01">
<style>p { lantern: keeper }</style></head>
<body><h1>Harbour</h1><p>The <b>lantern</b> kee<i>per</i> caf&eacute; sang.</p><script>lantern()</script>
<!-- lantern keeper --><p>Second</p></body></html>
EOF
printf '%s\n' '# Notes' '' 'The *lantern* [keeper](http://x/lantern) wrote.' > docs/notes.md
printf 'A lantern keeper, caf\351 owner\n' > docs/latin1.txt
printf 'first line\nthe lantern keeper packed\n' | gzip > docs/packed.txt.gz
printf '<p>a\n<p>one <i>lantern</i> keeper' | gzip > docs/page2.html.gz
cat > docs/archive.mbox << 'EOF'
From ada@example.org Tue Nov  1 09:30:00 2022
From: Ada <ada@example.org>
Subject: =?utf-8?q?Caf=C3=A9?= at the harbour
Date: Tue, 01 Nov 2022 09:30:00 +0000

The lantern keeper wrote.
>From here on quoted.

From bob@example.org Wed Nov  2 09:30:00 2022
From: Bob <bob@example.org>
Subject: Reply
Date: Wed, 02 Nov 2022 09:30:00 +0000
Content-Type: text/html

<div>No lan<b>tern</b> keeper</div>
EOF
printf 'From: c@d\nSubject: In a folder\n\nlantern keeper again\n' > 'docs/Maildir/cur/1234.host:2,S'
printf 'GIF89a\0\001' > docs/picture.gif
printf 'cut short' | gzip | head -c 15 > docs/cut.gz
printf 'words\n' > docs/notes.mbox
head -c 300000 /dev/zero | tr '\0' 'a' > docs/large.txt
printf 'x' > docs/doc.odd
expected=5
{
    printf '%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n'
    printf '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R'
    printf '/Resources<</Font<</F 5 0 R>>>>>>endobj\n'
    printf '4 0 obj<</Length 57>>stream\nBT /F 12 Tf 20 100 Td (The lantern keeper in print) Tj ET\nendstream endobj\n'
    printf '5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n'
} > docs/print.pdf
cat > v.conf << 'EOF'
index = i
root = docs
max-file-size = 200K
[filter odd]
glob = *.odd
command = sh -c "echo out of order >&2; exit 1"
EOF
if command -v pdftotext > /dev/null; then
    printf '[filter pdf]\nglob = *.pdf\ncommand = pdftotext -q -enc UTF-8 %%f -\n' >> v.conf
else
    rm docs/print.pdf
fi
run 1 'many kinds in one run' --config v.conf
is 'each skip is a line' "$(wc -l < "$work/err" | tr -d ' ')" "$expected"
says err 'docs/picture.gif: skipped: binary$' 'a picture is named'
says err 'docs/cut.gz: skipped: broken: the gzip data is cut short$' 'a broken archive is named'
says err 'docs/notes.mbox: skipped: broken: it does not begin as a mailbox does$' 'what is no mailbox is named'
says err 'docs/large.txt: skipped: too large' 'a large file is named'
says err 'docs/doc.odd: skipped: broken: filter odd: exit 1: out of order$' 'a failing filter is named'
run 0 'the index is whole' --index i --check

d=$PWD/docs
finds '"lantern keeper" -ext:pdf' \
    "$d/Maildir/cur/1234.host:2,S:4:1:lantern keeper again" \
    "$d/archive.mbox/1:5:5:The lantern keeper wrote." \
    "$d/archive.mbox/2:5:4:No lantern keeper" \
    "$d/latin1.txt:1:3:A lantern keeper, café owner" \
    "$d/notes.md:3:6:The lantern keeper wrote." \
    "$d/packed.txt.gz:2:5:the lantern keeper packed" \
    "$d/page.html:4:33:Harbour The lantern keeper café sang." \
    "$d/page2.html.gz:2:11:one lantern keeper"
finds '"keeper cafe"' "$d/latin1.txt:1:11:A lantern keeper, café owner" \
    "$d/page.html:4:45:Harbour The lantern keeper café sang."
finds 'title:cafe' "$d/archive.mbox/1:3:10:Subject: Café at the harbour"
finds 'title:"harbour office"' "$d/page.html:1:1:The Harbour Office"
finds "path:\"$d/archive.mbox\" \"from here\"" "$d/archive.mbox/1:6:1:From here on quoted."
finds 'since:2022-11-01 until:2022-11-01 keeper' "$d/archive.mbox/1:5:13:The lantern keeper wrote." \
    "$d/page.html:4:45:Harbour The lantern keeper café sang."
if [ -e docs/print.pdf ]; then
    finds '"keeper in print"' "$d/print.pdf:1:13:The lantern keeper in print"
else
    skip '"keeper in print"' 'pdftotext is not installed'
fi
# What is said to stand at a column stands there in the bytes of the source.
is 'the bytes at 4:33' "$(sed -n 4p docs/page.html | tail -c +33 | head -c 7)" lantern
is 'the bytes at 3:6' "$(sed -n 3p docs/notes.md | tail -c +6 | head -c 7)" lantern

# the page and the messages of corpus/
corpus=${top_srcdir:-$(dirname "$0")/../..}/corpus
mkdir articles
cp "$corpus/courier/bell-museum.html" "$corpus/notes/ringers.mbox" articles/
run 0 'a page and messages' --index i articles
finds '"by nine bakers and a goat"' \
    'articles/bell-museum.html:26:38:with it, and was carried up the hill by nine bakers and a goat. The youngest came'
finds '"bought loudspeakers"' 'articles/bell-museum.html:28:36:last spring from a school that had bought loudspeakers.'
finds '"the patience of everybody who never"' \
    'articles/bell-museum.html:32:1:the patience of everybody who never had it mended.'
finds '"ring naive methods"' 'articles/ringers.mbox/1:13:19:who ask us not to ring naïve methods on it. I quote.'
finds '"by the stairs"' 'articles/ringers.mbox/2:11:1:by the stairs, twice.'
finds '"from now on"' \
    'articles/ringers.mbox/1:12:1:From now on the chamber stays locked. For Sunday we borrow from the cathedral,'
finds flumberdash

# what to pass over
mkdir -p src/build/deep src/logs src/keep/build
for f in src/a.txt src/a.log src/keep.log src/build/x.txt src/build/deep/y.txt src/logs/b.log src/logs/c.txt \
    src/keep/build/z.txt src/keep/d.log src/keep/secret.txt; do
    echo words > $f
done
printf '# generated\n*.log\n!keep.log\n/build/\n' > src/.verbatimignore
printf '!d.log\nsecret.*\n' > src/keep/.verbatimignore
is 'a file tells what to pass over' "$(would_read s src)" \
    'src/a.txt src/keep.log src/keep/build/z.txt src/keep/d.log src/logs/c.txt'
is 'unless it is not to be read' "$(would_read s --no-ignore src | wc -w | tr -d ' ')" 10
mv src/.verbatimignore src/.gitignore
is 'or has another name' "$(would_read s --ignore-file .gitignore src)" \
    'src/a.txt src/keep.log src/keep/build/z.txt src/keep/secret.txt src/logs/c.txt'
is 'several names' "$(would_read s --ignore-file .gitignore --ignore-file .verbatimignore src)" \
    'src/a.txt src/keep.log src/keep/build/z.txt src/keep/d.log src/logs/c.txt'
is 'a root that is a file is read' "$(would_read s --ignore-file .gitignore src/a.log)" 'src/a.log'
run 0 'indexed with all' --index s --no-ignore src
run 0 'and without' --index s --ignore-file .gitignore src
is 'what is passed over now leaves' "$(info s documents)" 5

done_testing
