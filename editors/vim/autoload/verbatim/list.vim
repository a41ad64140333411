" autoload/verbatim/list.vim - a search into the quickfix list: rows are added as they come, a new search cancels the
" one that runs, and one that a restart of the daemon cut off begins anew. Governed by doc/verbatim.txt.
" SPDX-License-Identifier: GPL-2.0-or-later

let s:retry_ms = 100

let s:now = {}

" Starts a search. Options: 'limit' of rows; 'id' of a list to use again instead of a new one; 'page': 1 to stop once
" the limit is reached; 'quiet': 1 to say nothing; 'changed': called when the list has changed.
function! verbatim#list#search(query, options) abort
  call s:drop()
  let search = extend({'query': substitute(a:query, '[\x01-\x1f\x7f]', ' ', 'g'), 'id': 0, 'request': {}, 'timer': 0,
        \ 'limit': get(g:, 'verbatim_limit', 10000), 'page': 0, 'quiet': 0, 'started': reltime()}, a:options)
  let search.kept = search.id > 0
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
  let settings = ['set limit ' .. a:search.limit, 'set count ' .. (a:search.page ? 'page' : 'exact')]
  let handler = {'rows': function('s:rows', [a:search]), 'done': function('s:done', [a:search]),
        \ 'lost': function('s:again', [a:search])}
  let a:search.request = verbatim#client#ask(settings, 'search ' .. a:search.query, handler)
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
  call s:fill(a:search, map(a:rows, 'verbatim#row#entry(v:val)'))
  if first
    call s:open()
    call s:changed(a:search)
  endif
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
    call verbatim#list#say(s:summary(a:status))
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
  if a:status.docs ==# '0'
    return 'no matches'
  endif
  let text = s:many(a:status.matches, 'match', 'matches') .. ' in ' .. s:many(a:status.docs, 'document', 'documents')
  if a:status.rows < str2nr(a:status.matches)
    let text = 'the first ' .. a:status.rows .. ' of ' .. text
  endif
  return text .. (a:status.complete ==# 'timeout' ? '; the time for a search was up' : '')
endfunction

function! s:many(count, one, more) abort
  return a:count .. ' ' .. (a:count ==# '1' ? a:one : a:more)
endfunction
