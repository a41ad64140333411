#!/bin/sh
# losses.sh - nothing disappears by accident: roots that vanished, were emptied or cannot be read; forgetting on
# purpose. Usage: sh tests/indexer/losses.sh [PROGRAM]. SPDX-License-Identifier: GPL-2.0-or-later
set -eu
# shellcheck source=tests/indexer/tap.sh
. "$(dirname "$0")/tap.sh"

mkdir -p a/sub b
echo one > a/1.txt
echo two > a/sub/2.txt
echo three > b/3.txt
run 0 'two roots' --index i a b

# untouched CODE WHAT ARGUMENT...: a run that leaves the index as it was.
untouched() {
    before=$(cat i/current)
    run "$@"
    is 'the index is as it was' "$(cat i/current)" "$before"
}

# a root that vanished
mv a gone
untouched 66 'a named root that vanished' --index i a
untouched 0 'a known root that vanished is not asked for' --index i b
silent err 'nor told of'
untouched 66 'a known root that vanished' --index i
says err "$work/in/a: No such file" 'it is named'
says err '[-]-remove a$' 'and how to forget it'
untouched 66 'a missing path beside a good one' --index i b nope

# a root that is empty
mkdir a
untouched 1 'a root that is empty now' --index i a b
says err '^verbatim-indexer: a: held documents and is empty' 'it is named'
echo four > b/4.txt
run 1 'the other roots go on' --index i
is 'its documents stay' "$(info i documents)" 4
rm b/4.txt
run 1 'and off' --index i
untouched 1 'the same when nothing is named' --index i
untouched 1 'the same when starting over' --index i --rebuild
mkdir a/sub
untouched 1 'empty folders are no documents' --index i
run 1 'a dry run says the same' --index i --dry-run
run 0 'on purpose' --index i --allow-empty
is 'what is left' "$(info i documents)" 1
run 0 'an empty root that held nothing' --index i
rmdir a/sub a
mv gone a
run 0 'it is back' --index i
is 'all are back' "$(info i documents)" 3

# options decide
run 0 'excluded documents leave' --index i --exclude '*.txt'
says err '^verbatim-indexer: a: the options of this run leave none of its 2 documents' 'that all leave is said'
run 0 'again' --index i --exclude '*.txt'
silent err 'once'
is 'all are excluded' "$(info i documents)" 0
run 0 'and come back' --index i
is 'all are back' "$(info i documents)" 3

# deleted documents leave
rm a/1.txt
run 0 'a deleted file' --index i
is 'it left' "$(info i documents)" 2
echo one > a/1.txt
run 0 'it comes again' --index i

# forgetting
untouched 66 'forget what is no root' --index i --remove a/sub
says err 'a/sub: no root' 'it is named'
untouched 66 'forget one that is and one that is not' --index i --remove b nope
run 0 'forget one' --index i --remove ./b/
is 'its documents left' "$(info i documents)" 2
is 'the other root stays' "$(info i root)" a
run 0 'a root more' --index i b
mv b gone
run 0 'by its name' --index i --remove b
mv gone b
run 0 'forget all' --index i --remove a
is 'an empty index' "$(info i documents)" 0
run 0 'it is whole' --index i --check
run 0 'nothing to do' --index i
run 0 'and something again' --index i a
is 'it is there' "$(info i documents)" 2

# nothing at all
mkdir empty
run 0 'an empty folder' --index e empty
is 'an index without documents' "$(info e documents)" 0
: > empty/file
run 0 'an empty file is a document' --index e empty
is 'one document, no words' "$(info e documents) $(info e words)" '1 0'


# A `current` that was lost is made again: nothing is swept away, even when the run then fails.
mkdir lost lost/p lost/q
echo one > lost/p/a
echo two > lost/q/b
run 0 'two roots' --index k lost/p lost/q
echo two > lost/p/c
run 0 'and again' --index k
rm lost/p/c
run 0 'and again' --index k
rm k/current
run 65 'without current it is damaged' --index k --check
if (ulimit -f 0; "$program" --index k lost/p > "$work/out" 2> "$work/err"); then
    not_ok 'a run that cannot write'
else
    ok 'a run that cannot write'
fi
run 0 'the next run' --index k lost/p
is 'holds what it held' "$(info k documents)" 2
rm k/current
mkfifo k/current
run 65 'current is a named pipe' --index k --check

# what cannot be read; root reads everything, so somebody else is asked to
chmod 755 "$work" "$work/in"
if [ "$(id -u)" -eq 0 ] && ! command -v setpriv > /dev/null; then
    skip 'folders that cannot be read' 'root, and no setpriv'
    done_testing
    exit
fi
mkdir mine
chmod 777 mine
cp -r a mine/docs
[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 mine
program_as_user=$program
program=$work/as_user
cat > "$program" << END
#!/bin/sh
cd "$work/in/mine" || exit
if [ "\$(id -u)" -ne 0 ]; then exec "$program_as_user" "\$@"; fi
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$program_as_user" "\$@"
END
chmod 755 "$program"
cd mine
try --version
if [ "$code" -ne 0 ]; then
    skip 'folders that cannot be read' 'nobody may run the program here'
    done_testing
    exit
fi
run 0 'a folder of ones own' --index i docs
chmod 000 docs/sub
untouched 1 'a folder below that cannot be read' --index i
says err 'docs/sub/: cannot read this folder: Permission denied; what the index holds below it stays' 'it is named'
chmod 755 docs/sub
chmod 000 docs/1.txt
untouched 1 'a file that cannot be read any more' --index i
says err 'docs/1.txt: cannot be read (Permission denied); what the index holds of it stays' 'it is named'
echo new > docs/new.txt
run 1 'the rest goes on' --index i
is 'the new one is there, and the other still' "$(info i documents)" 3
rm docs/new.txt
run 1 'and off' --index i
run 1 'a new file that cannot be read' --index j docs
is 'the rest is indexed' "$(info j documents) $(info j skipped)" '1 1'
chmod 644 docs/1.txt
mkdir docs/locked
chmod 000 docs/locked
run 1 'a new folder that cannot be read' --index i
says err 'docs/locked/: cannot read this folder: Permission denied$' 'it is named'
is 'the rest is indexed' "$(info i documents)" 2
is 'it counts as skipped' "$(info i skipped.unreadable)" 1
untouched 0 'again' --index i
silent err 'it is named once'
untouched 0 'in a dry run' --index i --dry-run
chmod 755 docs/locked
echo found > docs/locked/a.txt
run 0 'it can be read' --index i
is 'what is in it is indexed' "$(info i documents) $(info i skipped)" '3 0'
chmod 000 docs/locked
run 1 'it cannot be read any more' --index i
says err 'docs/locked/: .* stays$' 'what the index has of it stays'
run 1 'again' --index i
says err 'docs/locked/: .* stays$' 'it is named in every run'
is 'and is there' "$(info i documents)" 3
untouched 1 'starting over would lose it' --index i --rebuild
says err 'docs/locked/: .* stays$' 'and names it'
chmod 755 docs/locked
rm -r docs/locked
run 0 'it is gone' --index i
is 'with what was in it' "$(info i documents) $(info i skipped)" '2 0'
mkdir -p only/locked
echo one > only/locked/a.txt
run 0 'a root with all in one folder' --index k only
chmod 000 only/locked
run 1 'which cannot be read' --index k only
is 'is named, and no more is said' "$(wc -l < "$work/err" | tr -d ' ')" 1
is 'it stays' "$(info k documents)" 1
chmod 755 only/locked
chmod 000 docs
untouched 66 'a root that cannot be read' --index i
chmod 755 docs

# an index that cannot be read is one all the same
mkdir more
echo more > more/m.txt
run 0 'another root' --index i docs more
before=$(ls i)
chmod 000 i/current
run 66 'current cannot be read' --index i docs
says err 'i/current: cannot read: Permission denied' 'it is named'
run 66 'nor when starting over' --index i --rebuild docs
is 'nothing was removed' "$(ls i)" "$before"
chmod 644 i/current
is 'the index is whole' "$(info i documents)" 3

done_testing
