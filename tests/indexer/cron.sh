#!/bin/sh
# cron.sh - the crontab line of README.md, run by a real cron: it takes up what is new in silence, and mails what it
# skips.
# Needs root and cron; everything cron looks at is mounted over in a name space of its own, so that nothing else of this
# machine is run or seen. Takes up to a minute: cron waits for the next. Usage: sh tests/indexer/cron.sh [PROGRAM].
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
if [ "${1:-}" != --alone ]; then
    why=
    command -v cron > /dev/null || why='cron is not installed'
    [ "$(id -u)" -eq 0 ] || why='only root may start cron'
    [ -n "$why" ] || unshare --mount true 2> /dev/null || why='no name space of its own is allowed here'
    if [ -n "$why" ]; then
        echo "1..0 # SKIP $why"
        exit 0
    fi
    exec unshare --mount sh "$0" --alone "$@"
fi
shift
readme=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/README.md
# shellcheck source=tests/indexer/tap.sh
. "$(dirname "$0")/tap.sh"

# ---- a machine for cron: no jobs but ours, and a mailer that keeps what it is given -------------------------------

# What is mounted below $work would keep it from being removed.
cron=
trap 'if [ -n "$cron" ]; then kill $cron 2> /dev/null || :; fi
    umount -l /usr/sbin "$work/sbin" 2> /dev/null || :
    chmod -R u+rwx "$work" || :; rm -rf "$work" || :' EXIT

# over WHAT ARGUMENT...: mounts, or ends the test: a container may have name spaces and still allow no mounts.
over() {
    what=$1
    shift
    if ! mount "$@" 2> /dev/null; then
        echo "1..0 # SKIP no $what is allowed here"
        exit 0
    fi
}
mkdir "$work/etc" "$work/spool" "$work/mail" "$work/sbin"
: > "$work/crontab"
over 'tmpfs on /run' -t tmpfs -o mode=755 none /run
over 'other crontab' --bind "$work/crontab" /etc/crontab
over 'other crontab' --bind "$work/etc" /etc/cron.d
over 'other crontab' --bind "$work/spool" /var/spool/cron/crontabs
printf '#!/bin/sh\ncat > "%s/mailed.$$"\nexec mv "%s/mailed.$$" "%s/mail"\n' "$work" "$work" "$work" > "$work/mailer"
chmod 755 "$work/mailer"
# A tmpfs, for an overlay cannot keep its upper layer on another overlay, which is what a container's root often is.
over 'tmpfs for the mailer' -t tmpfs none "$work/sbin"
mkdir "$work/sbin/upper" "$work/sbin/work"
cp "$work/mailer" "$work/sbin/upper/sendmail"
over 'overlay for the mailer' -t overlay -o \
    "lowerdir=/usr/sbin,upperdir=$work/sbin/upper,workdir=$work/sbin/work" none /usr/sbin

# ---- jobs -----------------------------------------------------------------------------------------------------

# line INDEX: the line of README.md, each minute, with this program and index.
line() {
    sed -n 's/^ *\*\/10 \* \* \* \*  *//p' "$readme" | sed "s|[^ ]*/verbatim-indexer|\"$program\"|;
        s|\"[^\"]*/\.verbatim\"|\"$work/in/$1\"|; s|^|* * * * * |"
}

is 'README.md has the line' "$(line i | grep -c -- '--wait')" 1
mkdir articles drawings
echo 'the first' > articles/one.txt
echo 'a caption' > drawings/caption.txt
run 0 'an index of articles' --index i articles
run 0 'an index of drawings' --index j drawings
echo 'the second' > articles/two.txt
printf 'PNG\0\0' > drawings/harbour.png
# Twice the same, to get in each other's way.
{
    echo "MAILTO=root"
    line i
    line i
    line j
} > "$work/spool/root"
chmod 600 "$work/spool/root"

cron -f > "$work/out" 2>&1 &
cron=$!
tries=0
while [ "$(info i documents) $(find "$work/mail" -type f | wc -l)" != '2 1' ] && [ $tries -lt 180 ]; do
    tries=$((tries + 1))
    sleep 1
done
# The second of the two is quiet too, and nothing is left behind: no more jobs, and the end of those that run.
kill $cron
wait $cron 2> /dev/null || :
cron=
printf '%s' "$work/in/" > "$work/job"
while grep -q -s -F -f "$work/job" /proc/[0-9]*/cmdline && [ $tries -lt 180 ]; do
    tries=$((tries + 1))
    sleep 1
done
is 'what is new is in the index' "$(info i documents)" 2
is 'one mail was sent' "$(find "$work/mail" -type f | wc -l | tr -d ' ')" 1
cat "$work"/mail/* > "$work/out" 2> /dev/null || :
says out 'drawings/harbour\.png: .*binary' 'it names the document that was skipped'
is 'nothing else is in it' "$(sed '1,/^$/d' "$work/out" | wc -l | tr -d ' ')" 1
run 0 'the index is whole' --index i --check
is 'no scratch is left' "$(find i j -name 'scratch*')" ''

done_testing
