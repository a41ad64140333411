#!/bin/sh
# paths.sh - how paths are named and stored, roots in each other, links, globs, hidden names, odd names.
# Usage: sh tests/indexer/paths.sh [PROGRAM]. SPDX-License-Identifier: GPL-2.0-or-later
set -eu
# shellcheck source=tests/indexer/tap.sh
. "$(dirname "$0")/tap.sh"

mkdir -p docs/sub/deep other docs/.hidden docs/node_modules
for file in docs/a.txt docs/sub/b.md docs/sub/deep/c.txt other/d.txt docs/.dot docs/.hidden/e.txt \
    docs/node_modules/f.js; do
    echo "$file" > "$file"
done

# names of roots
plain='docs/a.txt docs/node_modules/f.js docs/sub/b.md docs/sub/deep/c.txt'
is 'a folder' "$(would_read i docs)" "$plain"
is 'a leading ./ and a trailing / are not stored' "$(would_read i ./docs//)" "$plain"
is 'a file' "$(would_read i docs/a.txt ./other/d.txt)" 'docs/a.txt other/d.txt'
is 'root . adds nothing' "$(cd docs && would_read ../i .)" 'a.txt node_modules/f.js sub/b.md sub/deep/c.txt'
is 'an absolute path stays absolute' "$(would_read i "$PWD/other/")" "$PWD/other/d.txt"
is 'a path that goes up' "$(cd other && would_read ../i ../docs/sub)" '../docs/sub/b.md ../docs/sub/deep/c.txt'
mkdir -p order/a
touch order/a-b order/a/x order/a.b order/a0
is 'the order is that of the bytes of the paths' "$(cd order && would_read ../i .)" 'a-b a.b a/x a0'

# overlapping roots: once, under the longest
is 'a root below another' "$(would_read i docs docs/sub)" "$plain"
is 'a root below another, named otherwise' "$(would_read i docs "$PWD/docs/sub")" \
    "$PWD/docs/sub/b.md $PWD/docs/sub/deep/c.txt docs/a.txt docs/node_modules/f.js"
is 'a file below another root' "$(would_read i docs "$PWD/docs/a.txt")" \
    "$PWD/docs/a.txt docs/node_modules/f.js docs/sub/b.md docs/sub/deep/c.txt"
is 'the same root twice' "$(would_read i docs ./docs docs/)" "$plain"
is 'the same place twice' "$(n_read i docs "$PWD/docs")" 4
is 'a hidden folder that is a root itself' "$(would_read i docs docs/.hidden)" "docs/.hidden/e.txt $plain"

# hidden names and globs
is 'hidden' "$(would_read i --hidden docs)" "docs/.dot docs/.hidden/e.txt $plain"
is 'exclude a name' "$(would_read i --exclude node_modules docs)" 'docs/a.txt docs/sub/b.md docs/sub/deep/c.txt'
is 'exclude with a slash' "$(would_read i --exclude sub/deep docs)" 'docs/a.txt docs/node_modules/f.js docs/sub/b.md'
is 'exclude is about the path below the root' "$(would_read i --exclude 'docs' docs)" "$plain"
is 'include a name anywhere' "$(would_read i --include '*.txt' docs)" 'docs/a.txt docs/sub/deep/c.txt'
is 'include with a slash' "$(would_read i --include 'sub/*' docs)" 'docs/sub/b.md'
is 'include with two stars' "$(would_read i --include 'sub/**' docs)" 'docs/sub/b.md docs/sub/deep/c.txt'
is 'include a folder' "$(would_read i --include sub docs)" 'docs/sub/b.md docs/sub/deep/c.txt'
is 'include several, exclude some' "$(would_read i --include '*.md' --include '*.txt' --exclude deep docs)" \
    'docs/a.txt docs/sub/b.md'
is 'a file that is a root is taken whatever the globs' "$(would_read i --include '*.md' docs/a.txt)" docs/a.txt

# links
ln -s ../other docs/link
ln -s ../a.txt docs/sub/filelink.txt
ln -s .. docs/sub/loop
ln -s nowhere docs/dangling
ln -s docs linked
is 'links below a root are not followed' "$(would_read i docs)" "$plain"
is 'a root that is a link is' "$(would_read i linked)" "$(echo "$plain" | sed 's/docs/linked/g')"
is 'links are followed when asked' "$(would_read i --follow docs)" \
    'docs/a.txt docs/link/d.txt docs/node_modules/f.js docs/sub/b.md docs/sub/deep/c.txt docs/sub/filelink.txt'
run 1 'a loop and a link to nowhere are named' --index i --dry-run --follow docs
says err 'docs/sub/loop/: skipped: a link back' 'the loop is named'
says err 'docs/dangling: skipped' 'the link to nowhere is named'
rm -r docs/link docs/sub/filelink.txt docs/sub/loop docs/dangling linked

# the index itself
run 0 'an index below its own root' --index docs/index docs
run 0 'and again' --index docs/index docs
is 'it does not index itself' "$(info docs/index documents)" 4
cp -r docs/index other/index
is 'nor another index' "$(would_read i other)" other/d.txt
run 64 'an index as its own root' --index docs/index docs/index
rm -r docs/index other/index

# the same words from another folder
run 0 'index docs' --index i docs
mkdir -p elsewhere/docs/sub
echo x > elsewhere/docs/x.txt
cd elsewhere
run 64 'docs of another folder' --index ../i docs
says err "docs: the index knows this name as $work/in/docs" 'it says what the name means'
run 64 'a folder whose paths would be taken for others' --index ../i docs/sub
run 0 'by its full path' --index ../i "$PWD/docs"
is 'both are there' "$(info ../i documents)" 5
is 'all known roots from another folder' "$(n_read ../i --rebuild)" 5
run 64 '. that would hold the other docs' --index ../i .
cd ..
run 0 'a parent that really holds it' --index i .
is 'every file once' "$(info i documents)" "$(find . -type f ! -path '*/.*' ! -path './i/*' | wc -l | tr -d ' ')"

# one folder by two names: the one that the index knows stays
mkdir -p twice/notes && echo one >twice/notes/a.txt
cd twice
run 0 'by a short name' --index ../t notes
cd ..
run 0 'by its full path' --index t --verbose "$PWD/twice/notes"
says err "$PWD/twice/notes: the same place as the root notes" 'which has its documents'
is 'no new generation' "$(info t generation)" 1
echo two >twice/notes/b.txt
run 0 'by its full path again' --index t "$PWD/twice/notes"
is 'what is new is below the known name' "$(would_read t --rebuild)" 'notes/a.txt notes/b.txt'
is 'one root' "$("$program" --index t --info | grep -c '^root')" 1

# odd names
mkdir odd
printf x > "odd/new
line"
printf x > "odd/$(printf 'bad\377byte')"
printf x > 'odd/back\slash'
printf x > 'odd/-dash'
printf x > 'odd/two  spaces "quoted"'
is 'odd names are shown so that they can be read' "$(would_read j odd)" \
    'odd/-dash odd/back\\slash odd/bad\xFFbyte odd/new\x0Aline odd/two  spaces "quoted"'
run 0 'odd names are indexed' --index j odd
is 'all of them' "$(info j documents)" 5
mkdir ./-d && echo x > ./-d/x
run 0 'a path that begins with a dash' --index k -- -d

done_testing
