/* Bytes as text and back: hex, base64 (RFC 4648 §4), percent-encoding (RFC 3986 §2.1). */
#ifndef ZT_BASE_CODEC_H
#define ZT_BASE_CODEC_H

#include "base/str.h"
#include "zerotouch/buf.h"

/* Either case; exactly 2 * cap digits fill `bytes`. ZT_E_INVALID otherwise. */
ZT_NODISCARD zt_status zt_hex_decode(zt_view text, uint8_t *bytes, size_t cap);
bool zt_is_hex(zt_view text);
/* 36 characters, 8-4-4-4-12 hex digits of either case (RFC 9562 §4). */
bool zt_is_guid(zt_view text);

/* With padding. */
ZT_NODISCARD zt_status zt_base64_encode(zt_view bytes, zt_str *out);
/* Padding required; line breaks and spaces are skipped; ZT_E_INVALID on anything else. */
ZT_NODISCARD zt_status zt_base64_decode(zt_view text, zt_str *out);

/* Everything but A-Z a-z 0-9 - . _ ~ becomes %XX with upper-case digits; '/' too unless keep_slash. */
ZT_NODISCARD zt_status zt_percent_encode(zt_view text, bool keep_slash, zt_str *out);
/* %XX of either case; plus_is_space also turns '+' into ' ' (forms). ZT_E_INVALID on a broken escape. */
ZT_NODISCARD zt_status zt_percent_decode(zt_view text, bool plus_is_space, zt_str *out);

#endif
