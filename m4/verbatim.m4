# verbatim.m4 - the macros that configure.ac is written in. SPDX-License-Identifier: GPL-2.0-or-later

# VERBATIM_SWITCH(NAME, HELP): --enable-NAME, off by default; sets enable_NAME to yes or no.
AC_DEFUN([VERBATIM_SWITCH],
[AC_ARG_ENABLE([$1], [AS_HELP_STRING([--enable-$1], [$2])], [], [enable_$1=no])])

# VERBATIM_FLAG(LANGUAGE, VARIABLE, FLAG): appends FLAG to VARIABLE when the compiler of LANGUAGE takes it.
AC_DEFUN([VERBATIM_FLAG],
[AS_VAR_PUSHDEF([taken], [verbatim_cv_flag_[]_AC_LANG_ABBREV[]_$3])dnl
AC_LANG_PUSH([$1])
AC_CACHE_CHECK([whether the $1 compiler takes $3], [taken],
  [verbatim_save_flags="$_AC_LANG_PREFIX[]FLAGS"
   # An unknown -Wno-... is only reported beside another warning, and clang reports any only as a warning.
   _AC_LANG_PREFIX[]FLAGS="$verbatim_save_flags -Werror m4_bpatsubst([$3], [^-Wno-], [-W])"
   AC_COMPILE_IFELSE([AC_LANG_PROGRAM()], [AS_VAR_SET([taken], [yes])], [AS_VAR_SET([taken], [no])])
   _AC_LANG_PREFIX[]FLAGS="$verbatim_save_flags"])
AC_LANG_POP([$1])
AS_VAR_IF([taken], [yes], [$2="$$2 $3"])
AS_VAR_POPDEF([taken])])

# Sets WARN_CFLAGS and WARN_CXXFLAGS.
AC_DEFUN([VERBATIM_WARNINGS],
[WARN_CFLAGS=
WARN_CXXFLAGS=
m4_foreach_w([flag], [-Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wpointer-arith
                      -Wformat=2 -Wno-format-nonliteral -Wundef -Wvla -Wwrite-strings -Wstrict-prototypes
                      -Wmissing-prototypes -Wold-style-definition -Wimplicit-fallthrough],
  [VERBATIM_FLAG([C], [WARN_CFLAGS], flag)])
m4_foreach_w([flag], [-Wall -Wextra -Wshadow -Wpointer-arith -Wformat=2 -Wno-format-nonliteral -Wundef
                      -Wnon-virtual-dtor -Woverloaded-virtual],
  [VERBATIM_FLAG([C++], [WARN_CXXFLAGS], flag)])
AS_IF([test "x$enable_werror" = xyes], [WARN_CFLAGS="$WARN_CFLAGS -Werror" WARN_CXXFLAGS="$WARN_CXXFLAGS -Werror"])
AC_SUBST([WARN_CFLAGS])
AC_SUBST([WARN_CXXFLAGS])])

# Sets SANITIZE_FLAGS, for compiling and for linking.
AC_DEFUN([VERBATIM_SANITIZERS],
[SANITIZE_FLAGS=
verbatim_kinds=
AS_IF([test "x$enable_asan" = xyes], [verbatim_kinds="$verbatim_kinds,address"])
AS_IF([test "x$enable_ubsan" = xyes], [verbatim_kinds="$verbatim_kinds,undefined"])
AS_IF([test "x$enable_tsan" = xyes], [verbatim_kinds="$verbatim_kinds,thread"])
AS_IF([test "x$enable_fuzz" = xyes], [verbatim_kinds="$verbatim_kinds,fuzzer-no-link"])
AS_IF([test "x$verbatim_kinds" != x],
  [SANITIZE_FLAGS="-fsanitize=${verbatim_kinds#,} -fno-omit-frame-pointer"
   AS_IF([test "x$enable_ubsan" = xyes], [SANITIZE_FLAGS="$SANITIZE_FLAGS -fno-sanitize-recover=undefined"])
   AC_MSG_CHECKING([whether programs with $SANITIZE_FLAGS link])
   verbatim_save_cflags="$CFLAGS"
   CFLAGS="$CFLAGS $SANITIZE_FLAGS"
   AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AC_MSG_RESULT([yes])],
     [AC_MSG_RESULT([no])
      AC_MSG_ERROR([$CC cannot link with $SANITIZE_FLAGS; install its sanitizer library or use another compiler])])
   CFLAGS="$verbatim_save_cflags"])
AC_SUBST([SANITIZE_FLAGS])])

# The C++ compiler must speak C++17, by itself or with -std=gnu++17.
AC_DEFUN([VERBATIM_CXX17],
[AC_LANG_PUSH([C++])
AC_CACHE_CHECK([for the flag that makes $CXX speak C++17], [verbatim_cv_cxx17],
  [verbatim_cv_cxx17=no
   verbatim_save_cxx="$CXX"
   for flag in "" -std=gnu++17; do
     CXX="$verbatim_save_cxx $flag"
     AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#if __cplusplus < 201703L
#error too old
#endif
       ]])], [verbatim_cv_cxx17="${flag:-none needed}"; break])
   done
   CXX="$verbatim_save_cxx"])
AC_LANG_POP([C++])
AS_CASE([$verbatim_cv_cxx17],
  [no], [AC_MSG_ERROR([a C++17 compiler is needed for shim/shim.cc, $CXX is none])],
  ["none needed"], [],
  [CXX="$CXX $verbatim_cv_cxx17"])])
