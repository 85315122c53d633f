/* A provisioning template on the first line, its parameters behind it. */
#include <stdint.h>

#include "base/json.h"
#include "cloud/api/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	zt_view rest = { bytes, n }, line = ZT_VIEW_EMPTY;
	ZT_JSON_CLEANUP json_t *template = NULL;
	ZT_JSON_CLEANUP json_t *parameters = NULL;
	ZT_JSON_CLEANUP json_t *resources = NULL;
	zt_error error;
	if (!zt_view_split(&rest, '\n', &line) || line.n > ZT_TEMPLATE_MAX ||
	    zt_json_parse(line, &template, &error) != ZT_OK)
		return 0;
	if (zt_json_parse(rest, &parameters, &error) != ZT_OK)
		parameters = json_object();
	if (zt_template_resolve(template, parameters, &resources, &error) == ZT_OK && !resources)
		__builtin_trap();
	return 0;
}
