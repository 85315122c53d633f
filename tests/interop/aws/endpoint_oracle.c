/* endpoint_oracle REGION: for each service its origin and the Region that it is signed for, one a line. */
#include <stdio.h>

#include "aws/endpoint.h"

int main(int argc, char **argv)
{
	zt_error error = { 0 };
	for (zt_aws_service i = 0; argc == 2 && i < ZT_AWS_SERVICE_COUNT; i++) {
		zt_aws_endpoint endpoint;
		if (zt_aws_endpoint_resolve(i, argv[1], NULL, NULL, &endpoint, &error) != ZT_OK)
			return 1;
		(void)printf("%s %s %s\n", zt_aws_signing_name(i), endpoint.signing_region, endpoint.origin);
	}
	return argc == 2 ? 0 : 2;
}
