/* An answer of the Query protocol of any bytes: refused, or an object with one member. */
#include <stdlib.h>

#include "aws/query.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	ZT_JSON_CLEANUP json_t *answer = NULL;
	zt_status status = zt_aws_xml_read((zt_view){ bytes, n }, &answer, NULL);
	if ((status == ZT_OK) != (json_object_size(answer) == 1))
		abort();
	return 0;
}
