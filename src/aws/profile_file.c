#include "aws/profile_file.h"

static bool is_comment(zt_view line)
{
	return line.n > 0 && (line.p[0] == '#' || line.p[0] == ';');
}

/* "[profile lamp]" -> "profile lamp". */
static bool take_header(zt_view line, zt_view *ret_name)
{
	if (line.n == 0 || line.p[0] != '[')
		return false;
	zt_view name = zt_view_from(line, 1);
	name.n = zt_view_find(name, ']');
	*ret_name = zt_view_trim(name);
	return true;
}

static bool is_section(zt_view header, zt_view name, bool is_config)
{
	if (is_config && zt_view_take_prefix(&header, ZT_LIT("profile")))
		return zt_view_equal(zt_view_trim(header), name);
	return zt_view_equal(header, name) && (!is_config || zt_view_equal(name, ZT_LIT("default")));
}

bool zt_aws_section_find(zt_aws_section *section, zt_view name, bool is_config)
{
	zt_view rest = section->file, line, header;
	const uint8_t *begin = NULL;
	while (rest.n && zt_view_split(&rest, '\n', &line)) {
		if (!take_header(line, &header))
			continue;
		if (begin) {
			section->lines = (zt_view){ begin, (size_t)(line.p - begin) };
			return true;
		}
		if (is_section(header, name, is_config))
			begin = line.p + line.n;
	}
	if (begin)
		section->lines = (zt_view){ begin, (size_t)(section->file.p + section->file.n - begin) };
	return begin != NULL;
}

zt_view zt_aws_section_value(const zt_aws_section *section, const char *key)
{
	zt_view rest = section->lines, line;
	while (rest.n && zt_view_split(&rest, '\n', &line)) {
		if (line.n == 0 || line.p[0] == ' ' || line.p[0] == '\t' || is_comment(line))
			continue;
		zt_view name = line;
		name.n = zt_view_find(line, '=');
		if (name.n < line.n && zt_view_equal_nocase(zt_view_trim(name), zt_view_of(key)))
			return zt_view_trim(zt_view_from(line, name.n + 1));
	}
	return ZT_VIEW_EMPTY;
}
