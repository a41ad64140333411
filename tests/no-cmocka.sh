#!/bin/sh
# no-cmocka.sh - stands for the unit tests where they could not be built. SPDX-License-Identifier: GPL-2.0-or-later
echo "the unit tests need cmocka (Debian: libcmocka-dev); install it and configure again"
exit 77
