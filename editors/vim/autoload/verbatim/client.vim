" autoload/verbatim/client.vim - requests and replies over one connection, which is made when it is needed and made
" again when the daemon went away. Replies are worked off in slices of some milliseconds, so that a large one leaves the
" editor to its user. Governed by doc/protocol.md. SPDX-License-Identifier: GPL-2.0-or-later

let s:slice_seconds = 0.012
let s:rows_at_once = 100

let s:link = {}
let s:tags = 0
let s:waiting = []
let s:answered = {}
let s:rows_left = 0
let s:lines = []
let s:at = 0
let s:begun = ''
let s:timer = 0
let s:working = 0
let s:was_connected = 0

" Whether there is a connection; makes one when there is none.
function! verbatim#client#connect() abort
  if !empty(s:link) && s:link.address.name ==# verbatim#address#get().name
    return 1
  endif
  call verbatim#client#disconnect()
  let s:link = verbatim#link#open(verbatim#address#get(), function('s:pieces'), function('s:closed'))
  if empty(s:link)
    return 0
  endif
  let s:was_connected = 1
  return s:send(['set format json'])
endfunction

" Whether there has been a daemon since the editor started, so that it may come back.
function! verbatim#client#was_connected() abort
  return s:was_connected
endfunction

function! verbatim#client#disconnect() abort
  if !empty(s:link)
    call verbatim#link#close(s:link)
    call s:closed()
  endif
endfunction

" Sends settings, a list of requests of which only errors matter, and then a request. One that bytes follow has them as
" the last argument: their number is put behind it. The handler is a dictionary:
"   rows(lines)        some rows of the reply, JSON; called as often as needed
"   done(status)       the reply is whole: {'ok': 1, 'rows': N, key: value ...} or {'ok': 0, 'code': 401, 'word': ...,
"                      'message': ..., key: value ...}
"   lost()             the connection went away before that; nothing else will be called
" Returns the request, for verbatim#client#drop(), or {} when there is no connection.
function! verbatim#client#ask(settings, request, handler, ...) abort
  let request = a:0 ? s:with_bytes(a:request, a:1) : s:encoded(a:request)
  if !verbatim#client#connect() || !s:send(a:settings + [request], a:handler)
    return {}
  endif
  return s:waiting[-1]
endfunction

" Forgets a request and asks the daemon to do so: its handler is not called any more.
function! verbatim#client#drop(request) abort
  if get(a:request, 'over', 1)
    return
  endif
  let a:request.handler = {}
  call s:send(['cancel'])
endfunction

" A request and its reply, for those who wait: {'rows': [decoded ...]}, with 'status' when the reply came in time.
function! verbatim#client#wait(settings, request, seconds) abort
  let answer = {'rows': [], 'over': 0}
  let handler = {'rows': {rows -> extend(answer.rows, map(rows, 'json_decode(v:val)'))},
        \ 'done': {status -> extend(answer, {'over': 1, 'status': status})}, 'lost': {-> extend(answer, {'over': 1})}}
  let request = verbatim#client#ask(a:settings, a:request, handler)
  if empty(request)
    return answer
  endif
  let start = reltime()
  while !answer.over && reltimefloat(reltime(start)) < a:seconds
    sleep 2m
  endwhile
  if !answer.over
    call verbatim#client#drop(request)
  endif
  return answer
endfunction

" ---- sending ----

function! s:encoded(text) abort
  return iconv(a:text, &encoding, 'utf-8')
endfunction

" The line break that ends every request is the last of the bytes.
function! s:with_bytes(request, text) abort
  let text = s:encoded(a:text)
  return a:request .. ' ' .. (len(text) + 1) .. "\n" .. text
endfunction

" Each line gets a tag and a place among those that wait; the handler is for the last one.
function! s:send(lines, ...) abort
  let text = ''
  for line in a:lines
    let s:tags += 1
    let tag = '@' .. s:tags
    let text ..= tag .. ' ' .. line .. "\n"
    call add(s:waiting, {'tag': tag, 'handler': {}, 'over': 0})
  endfor
  if a:0
    let s:waiting[-1].handler = a:1
  endif
  if !verbatim#link#send(s:link, text)
    if a:0
      let s:waiting[-1].handler = {}
    endif
    call verbatim#link#close(s:link)
    call s:closed()
    return 0
  endif
  return 1
endfunction

" ---- receiving ----

function! s:pieces(pieces) abort
  let s:begun ..= a:pieces[0]
  if len(a:pieces) == 1
    return
  endif
  call add(s:lines, s:begun)
  call extend(s:lines, a:pieces[1:-2])
  let s:begun = a:pieces[-1]
  if !s:timer
    call s:work(0)
  endif
endfunction

" Works for a slice of time; what is left then waits for a timer, and the editor has its turn. A handler may send
" requests or end the connection, and its `done` may wait for others: all that is known about the lines is true before.
function! s:work(timer) abort
  if a:timer
    let s:timer = 0
  endif
  if s:working
    return
  endif
  let [start, s:working] = [reltime(), 1]
  try
    while s:at < len(s:lines) && reltimefloat(reltime(start)) < s:slice_seconds
      if s:rows_left > 0
        call s:take_rows()
      else
        call s:take_status()
      endif
    endwhile
  finally
    let s:working = 0
    call s:put_off()
  endtry
endfunction

" Forgets the lines that are worked off; for others there will be time.
function! s:put_off() abort
  if s:at >= len(s:lines)
    let [s:lines, s:at] = [[], 0]
  elseif !s:timer
    let s:timer = timer_start(1, function('s:work'))
  endif
endfunction

function! s:take_status() abort
  let line = s:lines[s:at]
  let s:at += 1
  if empty(s:waiting)
    return
  endif
  let s:answered = remove(s:waiting, 0)
  let s:answered.status = s:parse(line, s:answered.tag)
  let s:rows_left = get(s:answered.status, 'rows', 0)
  if s:rows_left == 0
    call s:finish()
  endif
endfunction

" Rows that nobody wants any more are passed over at once.
function! s:take_rows() abort
  let [request, from] = [s:answered, s:at]
  let wanted = has_key(request.handler, 'rows')
  let n = min([s:rows_left, len(s:lines) - s:at] + (wanted ? [s:rows_at_once] : []))
  let [s:at, s:rows_left] = [s:at + n, s:rows_left - n]
  if wanted
    call request.handler.rows(s:lines[from : from + n - 1])
  endif
  if s:answered is request && s:rows_left == 0
    call s:finish()
  endif
endfunction

function! s:finish() abort
  let [request, s:answered] = [s:answered, {}]
  let request.over = 1
  if has_key(request.handler, 'done')
    let s:working = 0
    call request.handler.done(request.status)
    let s:working = 1
  endif
endfunction

" The parts of a status line. One that is none of ours ends as an error of the daemon.
function! s:parse(line, tag) abort
  let words = split(a:line, ' ')
  if get(words, 0, '') ==# a:tag && get(words, 1, '') ==# 'OK'
    let status = {'ok': 1}
    call s:parse_keys(status, words[3:])
    return extend(status, {'rows': str2nr(get(words, 2, '0'))})
  endif
  let parts = matchlist(a:line, '^' .. a:tag .. ' ERR \(\d\+\) \(\S\+\) \(.*\)$')
  if empty(parts)
    return {'ok': 0, 'code': 0, 'word': 'no-protocol', 'message': 'what answers is no verbatim-queryd'}
  endif
  let message = substitute(parts[3], '^\%(\%(column\|offset\)=\d\+ \)*', '', '')
  let status = {'ok': 0, 'code': str2nr(parts[1]), 'word': parts[2], 'message': message}
  return s:parse_keys(status, split(parts[3][: len(parts[3]) - len(message) - 1], ' '))
endfunction

function! s:parse_keys(status, words) abort
  for word in a:words
    let at = stridx(word, '=')
    if at > 0
      let a:status[word[: at - 1]] = word[at + 1 :]
    endif
  endfor
  return a:status
endfunction

" ---- the end of a connection ----

function! s:closed() abort
  let lost = (empty(s:answered) ? [] : [s:answered]) + s:waiting
  let [s:link, s:waiting, s:answered, s:rows_left, s:lines, s:at, s:begun] =
        \ [{}, [], {}, 0, [], 0, '']
  for request in lost
    let request.over = 1
    if has_key(request.handler, 'lost')
      call request.handler.lost()
    endif
  endfor
endfunction
