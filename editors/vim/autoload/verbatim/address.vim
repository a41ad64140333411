" autoload/verbatim/address.vim - where the daemon is: g:verbatim_socket, or the socket that daemon and client take when
" none is named (doc/protocol.md, "Connecting"). SPDX-License-Identifier: GPL-2.0-or-later

" {'kind': 'unix', 'path': ...} or {'kind': 'tcp', 'host': ..., 'port': ...}, with 'name' for people.
function! verbatim#address#get() abort
  let name = get(g:, 'verbatim_socket', '')
  if name ==# ''
    let name = 'unix:' .. s:default()
  elseif name =~# '^[/~]'
    let name = 'unix:' .. name
  endif
  if name =~# '^unix:'
    return {'kind': 'unix', 'name': name, 'path': fnamemodify(name[5:], ':p')}
  endif
  let parts = matchlist(name, '^\(\[.\+\]\|[^:]\+\):\(\d\+\)$')
  if empty(parts)
    throw 'verbatim: g:verbatim_socket: unix:PATH, HOST:PORT or [IPV6]:PORT is needed, not ' .. name
  endif
  return {'kind': 'tcp', 'name': name, 'host': parts[1], 'port': parts[2]}
endfunction

function! s:default() abort
  if $XDG_RUNTIME_DIR =~# '^/'
    return $XDG_RUNTIME_DIR .. '/verbatim.sock'
  endif
  return ($TMPDIR =~# '^/' ? $TMPDIR : '/tmp') .. '/verbatim-' .. s:user() .. '/verbatim.sock'
endfunction

" The number of the effective user, asked for once.
function! s:user() abort
  if !exists('s:uid')
    let s:uid = trim(system('id -u'))
  endif
  return s:uid
endfunction
