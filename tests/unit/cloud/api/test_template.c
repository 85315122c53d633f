/* Provisioning templates (AWS IoT developer guide, "Provisioning templates"; AWS IoT, "Just-in-time provisioning"). */
#include "zt_cmocka.h"

#include "base/json.h"
#include "cloud/api/template.h"

#define PARAMETERS "'Parameters':{'A':{'Type':'String'},'B':{'Type':'String','Default':'b'}},"

/* Apostrophes for quotation marks. */
static json_t *parse(const char *text)
{
	char json[8192];
	json_t *parsed = NULL;
	assert_ok(zt_text_copy(json, sizeof json, zt_view_of(text)));
	for (char *c = json; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	assert_ok(zt_json_parse(zt_view_of(json), &parsed, NULL));
	return parsed;
}

static zt_status resolve(const char *template, const char *parameters, json_t **ret, zt_error *ret_error)
{
	ZT_JSON_CLEANUP json_t *parsed = parse(template);
	ZT_JSON_CLEANUP json_t *given = parse(parameters);
	return zt_template_resolve(parsed, given, ret, ret_error);
}

/* The value of Resources.x for an expression. */
static void expect_resolved(const char *expression, const char *expected)
{
	char template[4096];
	zt_error error = { 0 };
	ZT_JSON_CLEANUP json_t *got = NULL;
	ZT_JSON_CLEANUP json_t *want = parse(expected);
	(void)snprintf(template, sizeof template,
		       "{" PARAMETERS "'Mappings':{'M':{'k':{'x':'mapped','y':{'Ref':'A'}}}},'Resources':{'x':%s}}",
		       expression);
	if (resolve(template, "{'A':'a-b-c'}", &got, &error) != ZT_OK)
		fail_msg("%s: %s", expression, error.text);
	if (!json_equal(json_object_get(got, "x"), want)) {
		char *text = json_dumps(got, JSON_COMPACT);
		fail_msg("%s gave %s, expected %s", expression, text, expected);
	}
}

static void expect_refused(const char *expression, const char *words)
{
	char template[4096];
	zt_error error = { 0 };
	ZT_JSON_CLEANUP json_t *got = NULL;
	(void)snprintf(template, sizeof template, "{" PARAMETERS "'Resources':{'x':%s}}", expression);
	assert_status(resolve(template, "{'A':'a'}", &got, &error), ZT_E_INVALID);
	assert_string_equal(error.code, "ResourceRegistrationFailureException");
	if (!strstr(error.text, words))
		fail_msg("%s: \"%s\" does not say \"%s\"", expression, error.text, words);
}

static void plain_values_stay(void **state)
{
	(void)state;
	expect_resolved("{'Type':'T','n':1,'list':['a',true,null]}", "{'Type':'T','n':1,'list':['a',true,null]}");
}

static void ref_gives_what_was_given_or_the_default(void **state)
{
	(void)state;
	expect_resolved("{'v':{'Ref':'A'}}", "{'v':'a-b-c'}");
	expect_resolved("{'v':{'Ref':'B'}}", "{'v':'b'}");
}

static void ref_wants_a_declared_parameter_with_a_value(void **state)
{
	(void)state;
	zt_error error = { 0 };
	json_t *got = NULL;
	expect_refused("{'v':{'Ref':'C'}}", "does not declare: C");
	expect_refused("{'v':{'Ref':7}}", "Ref wants");
	assert_status(resolve("{" PARAMETERS "'Resources':{'x':{'v':{'Ref':'A'}}}}", "{}", &got, &error), ZT_E_INVALID);
	assert_non_null(strstr(error.text, "Missing value for template parameter: A"));
}

static void a_parameter_that_is_not_declared_is_nobodys(void **state)
{
	(void)state;
	zt_error error = { 0 };
	json_t *got = NULL;
	assert_status(resolve("{'Resources':{'x':{'v':{'Ref':'A'}}}}", "{'A':'a'}", &got, &error), ZT_E_INVALID);
}

static void join_puts_pieces_together(void **state)
{
	(void)state;
	expect_resolved("{'v':{'Fn::Join':['-',['x',{'Ref':'B'},'z']]}}", "{'v':'x-b-z'}");
	expect_resolved("{'v':{'Fn::Join':['',[]]}}", "{'v':''}");
	expect_resolved("{'v':{'Fn::Join':['+',{'Fn::Split':['-',{'Ref':'A'}]}]}}", "{'v':'a+b+c'}");
	expect_refused("{'v':{'Fn::Join':['-']}}", "too few arguments");
	expect_refused("{'v':{'Fn::Join':['-',[1]]}}", "list of strings");
	expect_refused("{'v':{'Fn::Join':'x'}}", "too few arguments");
}

static void select_takes_one(void **state)
{
	(void)state;
	expect_resolved("{'v':{'Fn::Select':['1',['a','b']]}}", "{'v':'b'}");
	expect_resolved("{'v':{'Fn::Select':[2,{'Fn::Split':['-',{'Ref':'A'}]}]}}", "{'v':'c'}");
	expect_refused("{'v':{'Fn::Select':[2,['a','b']]}}", "such an index");
	expect_refused("{'v':{'Fn::Select':[-1,['a']]}}", "wants an index");
}

static void split_keeps_empty_pieces(void **state)
{
	(void)state;
	expect_resolved("{'v':{'Fn::Split':['-','-a--b']}}", "{'v':['','a','','b']}");
	expect_resolved("{'v':{'Fn::Split':['::','a::b']}}", "{'v':['a','b']}");
	expect_refused("{'v':{'Fn::Split':['','a']}}", "separator");
}

static void maps_are_looked_into(void **state)
{
	(void)state;
	expect_resolved("{'v':{'Fn::FindInMap':['M','k','x']}}", "{'v':'mapped'}");
	expect_resolved("{'v':{'Fn::FindInMap':['M',{'Fn::Join':['',['k']]},'y']}}", "{'v':'a-b-c'}");
	expect_refused("{'v':{'Fn::FindInMap':['M','k','x']}}", "finds nothing");
}

static void sub_replaces_names(void **state)
{
	(void)state;
	expect_resolved("{'v':{'Fn::Sub':'<${A}> ${!A} $ {A}'}}", "{'v':'<a-b-c> ${A} $ {A}'}");
	expect_resolved("{'v':{'Fn::Sub':['${x}${B}',{'x':{'Ref':'A'}}]}}", "{'v':'a-b-cb'}");
	expect_refused("{'v':{'Fn::Sub':'${A'}}", "without }");
	expect_refused("{'v':{'Fn::Sub':'${C}'}}", "does not declare: C");
}

static void unknown_functions_are_refused(void **state)
{
	(void)state;
	expect_refused("{'v':{'Fn::GetAtt':['a','b']}}", "Fn::GetAtt");
	expect_refused("{'v':{'Fn::Join':['',[]],'w':1}}", "misplaced");
}

static void a_template_wants_resources(void **state)
{
	(void)state;
	zt_error error = { 0 };
	json_t *got = NULL;
	assert_status(resolve("{'Resources':{}}", "{}", &got, &error), ZT_E_INVALID);
	assert_status(resolve("{'Resources':[]}", "{}", &got, &error), ZT_E_INVALID);
	assert_status(resolve("[]", "{}", &got, &error), ZT_E_INVALID);
}

static void nesting_has_an_end(void **state)
{
	(void)state;
	char deep[512] = "";
	for (size_t i = 0; i < 40; i++)
		deep[i] = '[', deep[40 + i] = ']';
	expect_refused(deep, "nested too deep");
}

static void a_map_that_names_itself_ends(void **state)
{
	(void)state;
	zt_error error = { 0 };
	json_t *got = NULL;
	assert_status(resolve("{'Mappings':{'M':{'k':{'x':{'Fn::FindInMap':['M','k','x']}}}},"
			      "'Resources':{'x':{'v':{'Fn::FindInMap':['M','k','x']}}}}",
			      "{}", &got, &error),
		      ZT_E_INVALID);
	assert_non_null(strstr(error.text, "nested too deep"));
}

static void a_result_that_explodes_is_refused(void **state)
{
	(void)state;
	zt_error error = { 0 };
	json_t *got = NULL;
	char template[2048];
	/* Each level names the next one twenty times. */
	size_t n = (size_t)snprintf(template, sizeof template, "{'Mappings':{'M':{'k':{'4':'%0100d'", 0);
	for (int level = 3; level >= 0; level--) {
		n += (size_t)snprintf(template + n, sizeof template - n, ",'%d':[", level);
		for (int i = 0; i < 8; i++)
			n += (size_t)snprintf(template + n, sizeof template - n, "%s{'Fn::FindInMap':['M','k','%d']}",
					      i ? "," : "", level + 1);
		n += (size_t)snprintf(template + n, sizeof template - n, "]");
	}
	(void)snprintf(template + n, sizeof template - n, "}}},'Resources':{'x':{'Fn::FindInMap':['M','k','0']}}}");
	assert_status(resolve(template, "{}", &got, &error), ZT_E_INVALID);
	assert_non_null(strstr(error.text, "too long"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_values_stay),
		cmocka_unit_test(ref_gives_what_was_given_or_the_default),
		cmocka_unit_test(ref_wants_a_declared_parameter_with_a_value),
		cmocka_unit_test(a_parameter_that_is_not_declared_is_nobodys),
		cmocka_unit_test(join_puts_pieces_together),
		cmocka_unit_test(select_takes_one),
		cmocka_unit_test(split_keeps_empty_pieces),
		cmocka_unit_test(maps_are_looked_into),
		cmocka_unit_test(sub_replaces_names),
		cmocka_unit_test(unknown_functions_are_refused),
		cmocka_unit_test(a_template_wants_resources),
		cmocka_unit_test(nesting_has_an_end),
		cmocka_unit_test(a_map_that_names_itself_ends),
		cmocka_unit_test(a_result_that_explodes_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
