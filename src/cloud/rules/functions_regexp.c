/* Functions with regular expressions. AWS's are Java's; PCRE2's differ from them in corners that rules do not use. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "cloud/rules/functions.h"

enum {
	TEXT_MAX = 256 * 1024,
	MATCH_LIMIT = 100 * 1000, /* steps: an expression of somebody's rule must not hold the loop */
	DEPTH_LIMIT = 1000,
};

typedef struct {
	zt_str text, pattern;
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
} search;

static void search_end(search *s)
{
	zt_str_free(&s->text);
	zt_str_free(&s->pattern);
	pcre2_match_data_free(s->match);
	pcre2_match_context_free(s->limits);
	pcre2_code_free(s->code);
}

/* False when the arguments are no texts, or the second one no expression. */
static bool search_begin(json_t *const *arguments, search *s)
{
	int error;
	PCRE2_SIZE at;
	*s = (search){ .text = ZT_STR(TEXT_MAX), .pattern = ZT_STR(TEXT_MAX) };
	if (zt_value_text(arguments[0], &s->text) != ZT_OK || zt_value_text(arguments[1], &s->pattern) != ZT_OK)
		return false;
	s->code = pcre2_compile((PCRE2_SPTR)zt_str_text(&s->pattern), s->pattern.n, PCRE2_UTF, &error, &at, NULL);
	s->match = s->code ? pcre2_match_data_create_from_pattern(s->code, NULL) : NULL;
	s->limits = pcre2_match_context_create(NULL);
	if (!s->match || !s->limits)
		return false;
	(void)pcre2_set_match_limit(s->limits, MATCH_LIMIT);
	(void)pcre2_set_depth_limit(s->limits, DEPTH_LIMIT);
	return true;
}

/* How many groups matched, 0 when nothing did; negative when it was too much work. */
static int find(search *s)
{
	int found = pcre2_match(s->code, (PCRE2_SPTR)zt_str_text(&s->text), s->text.n, 0, 0, s->match, s->limits);
	return found == PCRE2_ERROR_NOMATCH ? 0 : found;
}

static json_t *call_matches(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	ZT_CLEANUP(search_end) search s;
	if (!search_begin(arguments, &s))
		return NULL;
	int found = find(&s);
	return found < 0 ? NULL : json_boolean(found > 0);
}

/* The first match; Undefined without one. */
static json_t *call_substr(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	ZT_CLEANUP(search_end) search s;
	if (!search_begin(arguments, &s) || find(&s) <= 0)
		return NULL;
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(s.match);
	return zt_json_string(zt_view_make(zt_str_text(&s.text) + ends[0], ends[1] - ends[0]));
}

/* Every match; "$1" stands for a group. */
static json_t *call_replace(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)count;
	ZT_CLEANUP(search_end) search s;
	ZT_CLEANUP(zt_str_free) zt_str with = ZT_STR(TEXT_MAX);
	static PCRE2_UCHAR out[TEXT_MAX];
	PCRE2_SIZE n = sizeof out;
	if (!search_begin(arguments, &s) || zt_value_text(arguments[2], &with) != ZT_OK)
		return NULL;
	int replaced = pcre2_substitute(s.code, (PCRE2_SPTR)zt_str_text(&s.text), s.text.n, 0, PCRE2_SUBSTITUTE_GLOBAL,
					s.match, s.limits, (PCRE2_SPTR)zt_str_text(&with), with.n, out, &n);
	return replaced < 0 ? NULL : zt_json_string(zt_view_make(out, n));
}

const zt_sql_function zt_sql_regexp_functions[] = {
	{ "regexp_matches", 2, 2, call_matches },
	{ "regexp_substr", 2, 2, call_substr },
	{ "regexp_replace", 3, 3, call_replace },
	{ 0 },
};
