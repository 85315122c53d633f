#include "aws/client.h"
#include "base/json.h"

zt_status zt_aws_collect(void *array, const json_t *item, zt_error *ret_error)
{
	return json_array_append(array, (json_t *)item) == 0 ? ZT_OK
							     : zt_error_set(ret_error, ZT_E_NOMEM, "out of memory");
}

/* AWS's largest page; its lists are limited to 250 by every model used here. */
#define PAGE_SIZE "250"

/* A copy of the request for one page, with the token that leads to it. */
static zt_status page_request(const zt_aws_request *request, const zt_aws_paging *paging, zt_view token,
			      zt_aws_request *ret)
{
	zt_aws_request page = *request;
	page.target = ZT_STR(ZT_AWS_TARGET_MAX);
	TRY(zt_str_put(&page.target, zt_str_view(&request->target)));
	if (paging->size)
		zt_aws_request_query(&page, paging->size, ZT_LIT(PAGE_SIZE));
	zt_aws_request_query(&page, paging->token_in, token);
	*ret = page;
	return ZT_OK;
}

static zt_status each_of_page(const json_t *items, zt_aws_each_fn each, void *context, zt_error *ret_error)
{
	size_t i;
	json_t *item;
	json_array_foreach(items, i, item)
		TRY(each(context, item, ret_error));
	return ZT_OK;
}

static zt_status walk(zt_aws_client *client, const zt_aws_request *request, const zt_aws_paging *paging,
		      zt_aws_each_fn each, void *context, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str token = ZT_STR(ZT_AWS_TARGET_MAX);
	do {
		zt_aws_request page;
		TRY(page_request(request, paging, zt_str_view(&token), &page));
		ZT_JSON_CLEANUP json_t *answer = NULL;
		TRY(zt_aws_call(client, &page, NULL, &answer, ret_error));
		TRY(each_of_page(json_object_get(answer, paging->items), each, context, ret_error));
		zt_view next = zt_json_view(answer, paging->token_out);
		if (next.n && zt_view_equal(next, zt_str_view(&token)))
			return zt_error_set(ret_error, ZT_E_PROTOCOL, "%s: the same page twice", request->operation);
		zt_str_clear(&token);
		TRY(zt_str_put(&token, next));
	} while (token.n);
	return ZT_OK;
}

zt_status zt_aws_each(zt_aws_client *client, zt_aws_request *request, const zt_aws_paging *paging, zt_aws_each_fn each,
		      void *context, zt_error *ret_error)
{
	zt_status status =
	    request->status == ZT_OK
		? walk(client, request, paging, each, context, ret_error)
		: zt_error_set(ret_error, request->status, "%s: a value of the request is empty, too long or not UTF-8",
			       request->operation);
	zt_str_free(&request->target);
	return status;
}
