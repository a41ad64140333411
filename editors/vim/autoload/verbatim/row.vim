" autoload/verbatim/row.vim - a row of `search` or `trace`, decoded, as an entry of the quickfix list.
" Governed by doc/protocol.md, "JSON". SPDX-License-Identifier: GPL-2.0-or-later

" Columns are bytes of the line as UTF-8, which is what the quickfix list counts.
function! verbatim#row#entry(row) abort
  return {'filename': verbatim#row#name(a:row), 'lnum': a:row.line, 'col': a:row.column, 'end_lnum': a:row.end_line,
        \ 'end_col': a:row.end_column, 'text': a:row.text}
endfunction

" The file, or what text.vim reads where places are in no file.
function! verbatim#row#name(row) abort
  if get(a:row, 'source', 'file') ==# 'text'
    return verbatim#text#name(a:row.path)
  endif
  return has_key(a:row, 'abspath_b64') ? s:from_base64(a:row.abspath_b64) : a:row.abspath
endfunction

let s:digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

" Bytes that are not UTF-8 have no other way into a string than through an escape.
function! s:from_base64(text) abort
  let [bits, n, out] = [0, 0, '']
  for digit in split(substitute(a:text, '=\+$', '', ''), '\zs')
    let [bits, n] = [bits * 64 + stridx(s:digits, digit), n + 6]
    if n >= 8
      let n -= 8
      let power = float2nr(pow(2, n))
      let out ..= printf('\x%02x', bits / power)
      let bits = bits % power
    endif
  endfor
  return eval('"' .. out .. '"')
endfunction
