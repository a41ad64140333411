# programs.bash - completion of verbatim-indexer(1) and verbatim-queryd(1) for bash: options as --help has them, and
# what they take. SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

_verbatim_programs() {
    local program=${COMP_WORDS[0]/#\~\//$HOME/} cur=${COMP_WORDS[COMP_CWORD]} i=$((COMP_CWORD - 1)) last
    COMPREPLY=()
    # Readline takes = and : for words of their own.
    case $cur in
    = | :) cur='' ;;
    *) [[ ${COMP_WORDS[i]} == [=:] ]] && ((i--)) ;;
    esac
    last=${COMP_WORDS[i]}
    [[ $last == unix ]] && last=--config
    case $last in
    --index)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -d -- "$cur")
        ;;
    --config)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        ;;
    --log) mapfile -t COMPREPLY < <(compgen -W 'error warn info debug' -- "$cur") ;;
    --listen)
        compopt -o nospace
        mapfile -t COMPREPLY < <(compgen -W 'unix: localhost:' -- "$cur")
        ;;
    *)
        if "$program" --help 2> /dev/null | grep -q -E -e "^  $last [A-Z]"; then
            return
        elif [[ $cur == -* || $program == *queryd ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$("$program" --help 2> /dev/null |
                grep -o -E -e '^  --[a-z-]+')" -- "$cur")
        else
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        fi
        ;;
    esac
}

complete -F _verbatim_programs verbatim-indexer verbatim-queryd
