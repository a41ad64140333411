" autoload/verbatim/row.vim - a row of `search` in JSON as an entry of the quickfix list.
" Governed by doc/protocol.md, "JSON". SPDX-License-Identifier: GPL-2.0-or-later

" Columns are bytes of the line as UTF-8, which is what the quickfix list counts.
function! verbatim#row#entry(json) abort
  let row = json_decode(a:json)
  return {'filename': has_key(row, 'abspath_b64') ? s:from_base64(row.abspath_b64) : row.abspath, 'lnum': row.line,
        \ 'col': row.column, 'end_lnum': row.end_line, 'end_col': row.end_column, 'text': row.text}
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
