# verbatim.bash - completion of verbatim(1) for bash: commands and options as --help has them, words and paths from the
# index. SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

# Puts the words up to the cursor into _verbatim_line, those together again that readline has split at : and =.
_verbatim_join() {
    local rest=${COMP_LINE:0:COMP_POINT} word i
    _verbatim_line=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $i -eq 0 || $rest == [[:blank:]]* ]]; then
            _verbatim_line+=("$word")
            rest=${rest#"${rest%%[![:blank:]]*}"}
        else
            _verbatim_line[${#_verbatim_line[@]} - 1]+=$word
        fi
        rest=${rest#"$word"}
    done
}

# Asks the index or the daemon that the line names.
_verbatim_ask() {
    local source=() i word value
    for ((i = 1; i < ${#_verbatim_line[@]} - 1; i++)); do
        word=${_verbatim_line[i]}
        case $word in
        --index | --socket) value=${_verbatim_line[i + 1]} ;;
        --index=* | --socket=*) value=${word#*=} word=${word%%=*} ;;
        *) continue ;;
        esac
        value=${value#[\"\']}
        value=${value%[\"\']}
        source=("$word" "${value/#\~\//$HOME/}")
    done
    "${_verbatim_line[0]/#\~\//$HOME/}" "$@" "${source[@]}" -n 100 2> /dev/null
}

_verbatim_command() {
    local i
    for ((i = 1; i < ${#_verbatim_line[@]} - 1; i++)); do
        case ${_verbatim_line[i]} in
        --index | --socket | --limit | -n | --context | -C | --color | --run | --tolerance | --coverage | \
            --exclude | --report)
            ((i++)) ;;
        -*) ;;
        *)
            printf '%s\n' "${_verbatim_line[i]}"
            return
            ;;
        esac
    done
}

# The last word of a query; what stands before it stays.
_verbatim_query() {
    local cur=$1 open=$2 word head
    word=${cur##*[![:alnum:]]}
    head=${cur%"$word"}
    [[ -n $word ]] || return
    mapfile -t COMPREPLY < <(_verbatim_ask words "$word" | cut -f 1)
    COMPREPLY=("${COMPREPLY[@]/#/$head}")
    compopt -o nospace
    # Of a single answer readline would end the quotation, and the query with it.
    if [[ -n $open && ${#COMPREPLY[@]} -eq 1 ]]; then
        COMPREPLY+=("${COMPREPLY[0]} ")
    fi
}

_verbatim() {
    local _verbatim_line cur open='' last command cut
    _verbatim_join
    cur=${_verbatim_line[-1]} last=${_verbatim_line[-2]} COMPREPLY=()
    if [[ $cur == [\"\']* ]]; then
        open=${cur:0:1} cur=${cur:1}
    fi
    command=$(_verbatim_command)
    case $last in
    --index)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -d -- "$cur")
        return
        ;;
    --color)
        mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur")
        return
        ;;
    esac
    if [[ -z $open && $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$("${_verbatim_line[0]/#\~\//$HOME/}" --help |
            grep -o -E -e '^  (-.,|   ) --[a-z-]+' | grep -o -e '--.*')" -- "$cur")
        return
    fi
    case $command in
    '')
        mapfile -t COMPREPLY < <(compgen -W "$("${_verbatim_line[0]/#\~\//$HOME/}" --help |
            sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')" -- "$cur")
        return
        ;;
    search | docs | count | explain | words) _verbatim_query "$cur" "$open" ;;
    text) mapfile -t COMPREPLY < <(_verbatim_ask docs "path:\"${cur//[\"\\]/}**\"" | cut -f 3) ;;
    *)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        ;;
    esac
    # What readline takes for words of their own stays.
    if [[ -z $open ]]; then
        cut=${cur%"${cur##*[:=]}"}
        COMPREPLY=("${COMPREPLY[@]#"$cut"}")
    fi
}

complete -F _verbatim verbatim
