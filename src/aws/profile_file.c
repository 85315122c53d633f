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

static bool is_section(zt_view header, zt_view name, zt_aws_section_kind kind)
{
	zt_view word = kind == ZT_AWS_SERVICES_SECTION ? ZT_LIT("services") : ZT_LIT("profile");
	if (kind == ZT_AWS_CREDENTIALS_FILE)
		return zt_view_equal(header, name);
	if (zt_view_take_prefix(&header, word))
		return zt_view_equal(zt_view_trim(header), name);
	return kind == ZT_AWS_CONFIG_FILE && zt_view_equal(header, name) && zt_view_equal(name, ZT_LIT("default"));
}

bool zt_aws_section_find(zt_aws_section *section, zt_view name, zt_aws_section_kind kind)
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
		if (is_section(header, name, kind))
			begin = line.p + line.n;
	}
	if (begin)
		section->lines = (zt_view){ begin, (size_t)(section->file.p + section->file.n - begin) };
	return begin != NULL;
}

static bool is_indented(zt_view line)
{
	return line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

/* "name = value"; false for any other line. */
static bool take_setting(zt_view line, zt_view *ret_name, zt_view *ret_value)
{
	size_t equals = zt_view_find(line, '=');
	if (equals == line.n || is_comment(zt_view_trim(line)))
		return false;
	*ret_name = zt_view_trim(zt_view_make(line.p, equals));
	*ret_value = zt_view_trim(zt_view_from(line, equals + 1));
	return true;
}

zt_view zt_aws_section_value(const zt_aws_section *section, const char *key)
{
	zt_view rest = section->lines, line, name, value;
	while (rest.n && zt_view_split(&rest, '\n', &line))
		if (!is_indented(line) && take_setting(line, &name, &value) &&
		    zt_view_equal_nocase(name, zt_view_of(key)))
			return value;
	return ZT_VIEW_EMPTY;
}

zt_view zt_aws_section_nested(const zt_aws_section *section, zt_view parent, const char *key)
{
	zt_view rest = section->lines, line, name, value;
	bool within = false;
	while (rest.n && zt_view_split(&rest, '\n', &line)) {
		if (!take_setting(line, &name, &value))
			continue;
		if (!is_indented(line))
			within = zt_view_equal_nocase(name, parent);
		else if (within && zt_view_equal_nocase(name, zt_view_of(key)))
			return value;
	}
	return ZT_VIEW_EMPTY;
}
