/* Lists in pages: every entry once, in both orders, with filters, whatever goes between two pages. */
#include "zt_cmocka.h"

#include <stdlib.h>

#include "base/codec.h"
#include "cloud/api/page.h"

/* Two-digit names from 00 on; the test may take some away. */
typedef struct {
	char names[300][4];
	bool gone[300];
	size_t count;
	int odd_only;
} shelf;

static const void *next_name(void *context, zt_view after)
{
	shelf *s = context;
	for (size_t i = 0; i < s->count; i++)
		if (!s->gone[i] && zt_view_compare(zt_view_of(s->names[i]), after) > 0)
			return s->names[i];
	return NULL;
}

static zt_view name_key(const void *entry)
{
	return zt_view_of(entry);
}

static bool is_odd(void *context, const void *entry)
{
	const char *name = entry;
	(void)context;
	return (name[2] - '0') % 2;
}

static json_t *show_name(void *context, const void *entry)
{
	(void)context;
	return json_string(entry);
}

static void fill(shelf *s, size_t count)
{
	*s = (shelf){ .count = count };
	for (size_t i = 0; i < count; i++)
		(void)snprintf(s->names[i], sizeof s->names[i], "%03u", (unsigned)i);
}

static const zt_operation operation = { .name = "ListNames" };

static zt_status ask(shelf *s, const char *query, bool descending, json_t **ret, zt_error *ret_error)
{
	const zt_page_source source = { next_name, name_key, s->odd_only ? is_odd : NULL, show_name, s };
	zt_call call = { .operation = &operation };
	assert_ok(zt_form_read(zt_view_of(query), &call.query, NULL));
	zt_status status = zt_page_reply(&call, &zt_page_markers, descending, &source, "names", ret_error);
	zt_form_free(&call.query);
	*ret = call.reply;
	return status;
}

static zt_str token_query(const json_t *reply, const char *more)
{
	zt_str query = ZT_STR(1024);
	const char *marker = json_string_value(json_object_get(reply, "nextMarker"));
	assert_non_null(marker);
	assert_ok(zt_str_printf(&query, "%s&marker=", more));
	assert_ok(zt_percent_encode(zt_view_of(marker), false, &query));
	return query;
}

/* All names of a listing, page by page. */
static json_t *walk(shelf *s, const char *parameters, bool descending, size_t *ret_pages)
{
	json_t *all = json_array(), *reply;
	zt_str query = ZT_STR(1024);
	assert_ok(zt_str_put_text(&query, parameters));
	*ret_pages = 0;
	do {
		assert_ok(ask(s, zt_str_text(&query), descending, &reply, NULL));
		assert_int_equal(json_array_extend(all, json_object_get(reply, "names")), 0);
		zt_str_free(&query);
		(*ret_pages)++;
		bool more = json_object_get(reply, "nextMarker") != NULL;
		query = more ? token_query(reply, parameters) : ZT_STR(1);
		json_decref(reply);
		if (!more)
			break;
	} while (*ret_pages < 100);
	return all;
}

static void expect_walk(shelf *s, const char *parameters, bool descending, size_t entries, size_t pages)
{
	size_t got_pages;
	json_t *all = walk(s, parameters, descending, &got_pages);
	assert_int_equal(json_array_size(all), entries);
	assert_int_equal(got_pages, pages);
	for (size_t i = 0; i + 1 < entries; i++) {
		int order =
		    strcmp(json_string_value(json_array_get(all, i)), json_string_value(json_array_get(all, i + 1)));
		assert_true(descending ? order > 0 : order < 0);
	}
	json_decref(all);
}

static void pages_hold_every_entry_once(void **state)
{
	(void)state;
	shelf s;
	fill(&s, 10);
	expect_walk(&s, "pageSize=3", false, 10, 4);
	expect_walk(&s, "pageSize=5", false, 10, 2);
	expect_walk(&s, "pageSize=10", false, 10, 1);
	expect_walk(&s, "pageSize=250", false, 10, 1);
}

static void the_other_order_is_the_same_turned_round(void **state)
{
	(void)state;
	shelf s;
	fill(&s, 10);
	expect_walk(&s, "pageSize=3", true, 10, 4);
	expect_walk(&s, "pageSize=10", true, 10, 1);
	expect_walk(&s, "isAscendingOrder=true&pageSize=4", false, 10, 3);
}

static void an_empty_list_is_a_page(void **state)
{
	(void)state;
	shelf s;
	fill(&s, 0);
	expect_walk(&s, "", false, 0, 1);
	expect_walk(&s, "", true, 0, 1);
}

static void the_default_size_is_25(void **state)
{
	(void)state;
	shelf s;
	fill(&s, 26);
	expect_walk(&s, "", false, 26, 2);
}

static void filtered_pages_are_full(void **state)
{
	(void)state;
	shelf s;
	fill(&s, 20);
	s.odd_only = 1;
	expect_walk(&s, "pageSize=4", false, 10, 3);
	expect_walk(&s, "pageSize=4", true, 10, 3);
}

static void an_entry_that_goes_between_two_pages_takes_no_other_with_it(void **state)
{
	(void)state;
	shelf s;
	json_t *first, *second;
	fill(&s, 6);
	assert_ok(ask(&s, "pageSize=3", false, &first, NULL));
	s.gone[2] = true;
	zt_str query = token_query(first, "pageSize=3");
	assert_ok(ask(&s, zt_str_text(&query), false, &second, NULL));
	assert_string_equal(json_string_value(json_array_get(json_object_get(second, "names"), 0)), "003");
	zt_str_free(&query);
	json_decref(first);
	json_decref(second);
}

static void sizes_out_of_range_are_refused(void **state)
{
	(void)state;
	shelf s;
	json_t *reply;
	fill(&s, 1);
	assert_status(ask(&s, "pageSize=0", false, &reply, NULL), ZT_E_INVALID);
	assert_status(ask(&s, "pageSize=251", false, &reply, NULL), ZT_E_INVALID);
	assert_status(ask(&s, "pageSize=x", false, &reply, NULL), ZT_E_INVALID);
}

static void tokens_of_others_are_refused(void **state)
{
	(void)state;
	shelf s;
	json_t *reply;
	zt_error error = { 0 };
	fill(&s, 1);
	ZT_CLEANUP(zt_str_free) zt_str foreign = ZT_STR(256), key = ZT_STR(256);
	assert_status(ask(&s, "marker=made+up", false, &reply, &error), ZT_E_INVALID);
	assert_string_equal(error.text, "Invalid marker");
	assert_ok(zt_page_token_make("ListOthers", ZT_LIT("a"), &foreign));
	assert_status(zt_page_token_read("ListNames", zt_str_view(&foreign), &key), ZT_E_INVALID);
	assert_ok(zt_page_token_read("ListOthers", zt_str_view(&foreign), &key));
	assert_view(zt_str_view(&key), "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_hold_every_entry_once),
		cmocka_unit_test(the_other_order_is_the_same_turned_round),
		cmocka_unit_test(an_empty_list_is_a_page),
		cmocka_unit_test(the_default_size_is_25),
		cmocka_unit_test(filtered_pages_are_full),
		cmocka_unit_test(an_entry_that_goes_between_two_pages_takes_no_other_with_it),
		cmocka_unit_test(sizes_out_of_range_are_refused),
		cmocka_unit_test(tokens_of_others_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
