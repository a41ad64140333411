/* file_frame.h - where things stand in the frame of file.h; private to its two sides.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_FILE_FRAME_H
#define VERBATIM_FILE_FRAME_H

#define FRAME_MAGIC "verbatim"
#define FRAME_END "mitabrev"
enum {
    FRAME_VERSION = 1,
    FRAME_MAGIC_LEN = 8,
    FRAME_MAGIC_AT = 0,
    FRAME_KIND_AT = 8,
    FRAME_VERSION_AT = 16,
    FRAME_BODY_LEN_AT = 24,
    FRAME_HEADER_CRC_AT = 60,
    FRAME_END_AT = 8 /* in the trailer */
};

#endif
