#include "aws/query.h"

#include "aws/answer.h"
#include "base/codec.h"
#include "base/json.h"
#include "base/secret.h"

enum { FORM_MAX = 64 * 1024 };

static const char *version_of(zt_aws_service service)
{
	return service == ZT_AWS_STS ? "2011-06-15" : "2010-05-08";
}

static void xml_error(const zt_aws_http_response *response, zt_aws_fault *ret)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	if (zt_aws_xml_read(zt_str_view(&response->body), &answer, NULL) != ZT_OK)
		return;
	const json_t *root = json_object_get(answer, "ErrorResponse");
	const json_t *error = json_object_get(root, "Error");
	zt_text_cut(ret->code, sizeof ret->code, zt_json_view(error, "Code"));
	zt_text_cut(ret->message, sizeof ret->message, zt_json_view(error, "Message"));
	zt_text_cut(ret->request_id, sizeof ret->request_id, zt_json_view(root, "RequestId"));
}

static zt_status form(zt_aws_service service, const char *action, const zt_aws_parameter *parameters, size_t count,
		      zt_str *out)
{
	TRY(zt_str_printf(out, "Action=%s&Version=%s", action, version_of(service)));
	for (size_t i = 0; i < count; i++) {
		if (parameters[i].value.n == 0)
			continue;
		TRY(zt_str_printf(out, "&%s=", parameters[i].name));
		TRY(zt_percent_encode(parameters[i].value, false, out));
	}
	return ZT_OK;
}

/* <ActionResponse><ActionResult>…: the content of the result. */
static zt_status result_of(const json_t *answer, const char *action, json_t **ret)
{
	char name[80];
	(void)snprintf(name, sizeof name, "%sResponse", action);
	const json_t *response = json_object_get(answer, name);
	(void)snprintf(name, sizeof name, "%sResult", action);
	json_t *result = json_object_get(response, name);
	ENSURE(json_is_object(response), ZT_E_PROTOCOL);
	*ret = json_is_object(result) ? json_incref(result) : json_object();
	return *ret ? ZT_OK : ZT_E_NOMEM;
}

static zt_status query(zt_aws_client *client, zt_aws_request *request, const zt_aws_parameter *parameters, size_t count,
		       json_t **ret, zt_error *ret_error)
{
	const char *action = request->operation;
	ZT_CLEANUP(zt_str_free_wiped) zt_str body = ZT_STR(FORM_MAX);
	request->read_error = xml_error;
	if (request->status == ZT_OK)
		request->status = form(request->service, action, parameters, count, &body);
	ZT_CLEANUP(zt_aws_http_response_free) zt_aws_http_response response = { 0 };
	TRY(zt_aws_send(client, request, zt_str_view(&body), "application/x-www-form-urlencoded; charset=utf-8",
			&response, ret_error));
	if (!ret)
		return ZT_OK;
	ZT_JSON_CLEANUP json_t *answer = NULL;
	zt_error reason = { 0 };
	if (zt_aws_xml_read(zt_str_view(&response.body), &answer, &reason) != ZT_OK)
		return zt_aws_answer_unreadable(action, &response, reason.text, ret_error);
	if (result_of(answer, action, ret) != ZT_OK)
		return zt_aws_answer_unreadable(action, &response, "of another form than AWS's", ret_error);
	return ZT_OK;
}

zt_status zt_aws_query(zt_aws_client *client, zt_aws_service service, const char *action,
		       const zt_aws_parameter *parameters, size_t count, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(service, action, "POST", "/");
	return query(client, &request, parameters, count, ret, ret_error);
}

zt_status zt_aws_query_anonymous(zt_aws_client *client, zt_aws_service service, const char *action,
				 const zt_aws_parameter *parameters, size_t count, json_t **ret, zt_error *ret_error)
{
	zt_aws_request request = zt_aws_request_make(service, action, "POST", "/");
	request.anonymous = true;
	return query(client, &request, parameters, count, ret, ret_error);
}
