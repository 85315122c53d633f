#include "cloud/api/xml.h"

#include "base/timefmt.h"

zt_status zt_xml_open(zt_str *out, const char *element)
{
	return zt_str_printf(out, "<%s>", element);
}

zt_status zt_xml_close(zt_str *out, const char *element)
{
	return zt_str_printf(out, "</%s>", element);
}

static zt_status put_escaped(zt_str *out, zt_view text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (c == '&')
			TRY(zt_str_put_text(out, "&amp;"));
		else if (c == '<')
			TRY(zt_str_put_text(out, "&lt;"));
		else if (c == '>')
			TRY(zt_str_put_text(out, "&gt;"));
		else if (c == '"')
			TRY(zt_str_put_text(out, "&quot;"));
		else if (c == '\r')
			TRY(zt_str_put_text(out, "&#13;"));
		else if (c < 0x20 && c != '\t' && c != '\n')
			TRY(zt_str_put_text(out, "\xEF\xBF\xBD"));
		else
			TRY(zt_str_put_u8(out, c));
	}
	return ZT_OK;
}

zt_status zt_xml_text(zt_str *out, const char *element, zt_view text)
{
	TRY(zt_xml_open(out, element));
	TRY(put_escaped(out, text));
	return zt_xml_close(out, element);
}

zt_status zt_xml_number(zt_str *out, const char *element, uint64_t number)
{
	return zt_str_printf(out, "<%s>%llu</%s>", element, (unsigned long long)number, element);
}

zt_status zt_xml_bool(zt_str *out, const char *element, bool value)
{
	return zt_xml_text(out, element, value ? ZT_LIT("true") : ZT_LIT("false"));
}

zt_status zt_xml_time(zt_str *out, const char *element, int64_t wall_ms)
{
	char text[ZT_TIME_TEXT_MAX];
	zt_time_iso8601(wall_ms, text);
	return zt_xml_text(out, element, zt_view_of(text));
}

zt_status zt_xml_response(const zt_call *call, zt_str *out)
{
	const char *name = call->operation->name;
	TRY(zt_str_printf(out, "<%sResponse xmlns=\"%s\">\n", name, call->service->xmlns));
	if (call->xml.n)
		TRY(zt_str_printf(out, "<%sResult>%s</%sResult>\n", name, zt_str_text(&call->xml), name));
	return zt_str_printf(out, "<ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata>\n</%sResponse>\n",
			     call->request_id, name);
}

zt_status zt_xml_error(const zt_call *call, const char *code, const char *text, unsigned http, zt_str *out)
{
	TRY(zt_str_printf(out, "<ErrorResponse xmlns=\"%s\">\n<Error><Type>%s</Type>", call->service->xmlns,
			  http >= 500 ? "Receiver" : "Sender"));
	TRY(zt_xml_text(out, "Code", zt_view_of(code)));
	TRY(zt_xml_text(out, "Message", zt_view_of(text)));
	return zt_str_printf(out, "</Error>\n<RequestId>%s</RequestId>\n</ErrorResponse>\n", call->request_id);
}
