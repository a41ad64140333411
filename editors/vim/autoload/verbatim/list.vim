" autoload/verbatim/list.vim - a search or a trace into the quickfix list: rows are added as they come, a new search
" cancels the one that runs, and one that a restart of the daemon cut off begins anew. Governed by doc/verbatim.txt.
" SPDX-License-Identifier: GPL-2.0-or-later

let s:retry_ms = 100

let s:now = {}

" Starts a search. Options: 'limit' of rows; 'id' of a list to use again instead of a new one; 'page': 1 to stop once
" the limit is reached; 'quiet': 1 to say nothing; 'changed': called when the list has changed.
function! verbatim#list#search(query, options) abort
  call s:start({'query': s:one_line(a:query)}, a:options)
endfunction

" Looks for what shares wording with a text. Options: the 'file' and 'line' where it begins, which are no answer.
function! verbatim#list#trace(text, options) abort
  call s:start({'query': 'trace: ' .. s:shortened(s:one_line(a:text)), 'text': a:text}, a:options)
endfunction

function! s:one_line(text) abort
  return substitute(a:text, '[\x01-\x1f\x7f]', ' ', 'g')
endfunction

function! s:shortened(text) abort
  return strchars(a:text, 1) > 60 ? strcharpart(a:text, 0, 60) .. '…' : a:text
endfunction

function! s:start(what, options) abort
  call s:drop()
  let search = extend(extend({'id': 0, 'request': {}, 'timer': 0, 'limit': get(g:, 'verbatim_limit', 10000), 'page': 0,
        \ 'quiet': 0, 'started': reltime()}, a:what), a:options)
  let s:now = search
  try
    call s:ask(search)
  catch /^verbatim: /
    call s:fail(search, v:exception[10:])
  endtry
endfunction

function! verbatim#list#busy() abort
  return !empty(s:now)
endfunction

function! verbatim#list#stop() abort
  if verbatim#list#busy()
    call verbatim#list#stop_quietly()
    call verbatim#list#say('stopped')
  endif
endfunction

function! verbatim#list#stop_quietly() abort
  call s:drop()
endfunction

function! verbatim#list#say(text) abort
  redraw
  echomsg 'verbatim: ' .. a:text
endfunction

function! verbatim#list#warn(text) abort
  redraw
  echohl WarningMsg
  echomsg 'verbatim: ' .. a:text
  echohl None
endfunction

" ---- asking ----

function! s:ask(search) abort
  let a:search.timer = 0
  let handler = {'rows': function('s:rows', [a:search]), 'done': function('s:done', [a:search]),
        \ 'lost': function('s:again', [a:search])}
  if has_key(a:search, 'text')
    let [a:search.itself, a:search.others_there] = [0, 0]
    let a:search.request = verbatim#client#ask(['set limit ' .. a:search.limit,
          \ 'set trace-run ' .. get(g:, 'verbatim_trace_run', 4),
          \ 'set trace-coverage ' .. get(g:, 'verbatim_trace_coverage', 0)], 'trace-bytes', handler, a:search.text)
  else
    let a:search.request = verbatim#client#ask(['set limit ' .. a:search.limit,
          \ 'set count ' .. (a:search.page ? 'page' : 'exact')], 'search ' .. a:search.query, handler)
  endif
  if empty(a:search.request)
    call s:again(a:search)
  endif
endfunction

" The daemon is gone or too busy. One that was there may come back.
function! s:again(search) abort
  let patience = get(g:, 'verbatim_patience', 3000) / 1000.0
  if !verbatim#client#was_connected() || reltimefloat(reltime(a:search.started)) > patience
    call s:fail(a:search, 'no daemon answers on ' .. verbatim#address#get().name .. '; see :help verbatim-daemon')
    return
  endif
  let a:search.timer = timer_start(s:retry_ms, {-> s:ask(a:search)})
endfunction

" Ends the search that runs, if one does.
function! s:drop() abort
  let [search, s:now] = [s:now, {}]
  if empty(search)
    return
  endif
  call timer_stop(search.timer)
  call verbatim#client#drop(search.request)
endfunction

" ---- filling the list ----

" The first rows of an answer begin the list, the others are added. An empty answer leaves an empty list.
function! s:fill(search, entries) abort
  let what = {'items': a:entries, 'title': 'Verbatim ' .. a:search.query}
  if !a:search.id
    call setqflist([], ' ', extend(what, {'nr': '$'}))
    let a:search.id = getqflist({'nr': '$', 'id': 0}).id
  elseif !get(a:search.request, 'filled', 0)
    call setqflist([], 'r', extend(what, {'id': a:search.id}))
  else
    call setqflist([], 'a', {'items': a:entries, 'id': a:search.id})
  endif
  let a:search.request.filled = 1
endfunction

function! s:rows(search, rows) abort
  let first = !get(a:search.request, 'filled', 0)
  let rows = map(a:rows, 'json_decode(v:val)')
  if has_key(a:search, 'file')
    call filter(rows, {_, row -> !s:is_itself(a:search, row)})
  endif
  if empty(rows)
    return
  endif
  call s:fill(a:search, map(rows, 'verbatim#row#entry(v:val)'))
  if first
    call s:open()
    call s:changed(a:search)
  endif
endfunction

" Whether a row is the very place that is traced. Counts it, and what else is in its file.
function! s:is_itself(search, row) abort
  let name = verbatim#row#name(a:row)
  if fnamemodify(name, ':t') !=# fnamemodify(a:search.file, ':t') || resolve(name) !=# a:search.file
    return 0
  endif
  let itself = a:row.line == a:search.line + a:row.passage.line - 1
  let a:search[itself ? 'itself' : 'others_there'] += 1
  return itself
endfunction

" Opens the window of the list once there is something in it; the cursor stays where it is.
function! s:open() abort
  let height = get(g:, 'verbatim_height', 10)
  if height <= 0 || getqflist({'winid': 0}).winid || getcmdwintype() !=# ''
    return
  endif
  let window = win_getid()
  execute 'botright copen' height
  call win_gotoid(window)
endfunction

function! s:changed(search) abort
  if has_key(a:search, 'changed')
    call a:search.changed()
  endif
endfunction

function! s:done(search, status) abort
  if !a:status.ok
    if a:status.code == 503
      call s:again(a:search)
    else
      call s:fail(a:search, s:complaint(a:search, a:status))
    endif
    return
  endif
  if !get(a:search.request, 'filled', 0)
    call s:fill(a:search, [])
  endif
  call s:end(a:search)
  if !a:search.quiet
    call verbatim#list#say(has_key(a:search, 'text') ? s:summary_of_trace(a:search, a:status) : s:summary(a:status))
  endif
endfunction

function! s:fail(search, message) abort
  call s:end(a:search)
  if !a:search.quiet
    call verbatim#list#warn(a:message)
  endif
endfunction

function! s:end(search) abort
  if s:now is a:search
    let s:now = {}
  endif
  call s:changed(a:search)
  if exists('#User#VerbatimDone')
    doautocmd <nomodeline> User VerbatimDone
  endif
endfunction

function! s:complaint(search, status) abort
  let column = get(a:status, 'column', '')
  return column ==# '' ? a:status.message :
        \ a:status.message .. ' (column ' .. column .. ' of: ' .. a:search.query .. ')'
endfunction

function! s:summary(status) abort
  return a:status.docs ==# '0' ? 'no matches' : s:counted(a:status, 'match', 'matches')
endfunction

" The place that is traced is in no number.
function! s:summary_of_trace(search, status) abort
  let [itself, plus] = [a:search.itself, a:status.docs =~# '+$' ? '+' : '']
  let docs = str2nr(a:status.docs) - (itself > 0 && a:search.others_there == 0)
  if docs == 0
    return 'nobody else has these words'
  endif
  return s:counted({'docs': docs .. plus, 'matches': (str2nr(a:status.matches) - itself) .. plus,
        \ 'rows': a:status.rows - itself, 'complete': a:status.complete}, 'passage', 'passages')
endfunction

function! s:counted(status, one, more) abort
  let text = s:many(a:status.matches, a:one, a:more) .. ' in ' .. s:many(a:status.docs, 'document', 'documents')
  if a:status.rows < str2nr(a:status.matches)
    let text = 'the first ' .. a:status.rows .. ' of ' .. text
  endif
  return text .. (a:status.complete ==# 'timeout' ? '; the time for a search was up' : '')
endfunction

function! s:many(count, one, more) abort
  return a:count .. ' ' .. (a:count ==# '1' ? a:one : a:more)
endfunction
