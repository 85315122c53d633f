/* The XML of the Query protocol (IAM API reference): written piece by piece, every text escaped. */
#ifndef ZT_CLOUD_API_XML_H
#define ZT_CLOUD_API_XML_H

#include "cloud/api/call.h"

ZT_NODISCARD zt_status zt_xml_open(zt_str *out, const char *element);
ZT_NODISCARD zt_status zt_xml_close(zt_str *out, const char *element);
/* <element>text</element>; what XML 1.0 cannot hold becomes U+FFFD. */
ZT_NODISCARD zt_status zt_xml_text(zt_str *out, const char *element, zt_view text);
ZT_NODISCARD zt_status zt_xml_number(zt_str *out, const char *element, uint64_t number);
ZT_NODISCARD zt_status zt_xml_bool(zt_str *out, const char *element, bool value);
/* 2026-01-31T12:00:00Z */
ZT_NODISCARD zt_status zt_xml_time(zt_str *out, const char *element, int64_t wall_ms);

/* The whole document around what the call's operation wrote. */
ZT_NODISCARD zt_status zt_xml_response(const zt_call *call, zt_str *out);
ZT_NODISCARD zt_status zt_xml_error(const zt_call *call, const char *code, const char *text, unsigned http,
				    zt_str *out);

#endif
