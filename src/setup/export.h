/* The desired state for those who deploy by pipeline: the same resources, named and filled as set-up would make them.
 */
#ifndef ZT_SETUP_EXPORT_H
#define ZT_SETUP_EXPORT_H

#include "setup/setup.h"

/* An AWS CloudFormation template. Parameters: where the function's package lies (CodeBucket, CodeKey; none with
 * just-in-time provisioning), and unless the CA is SNI_ONLY the certificate that proves possession of its key
 * (ProofOfPossession). zt_setup_plan must have been called. New reference. */
ZT_NODISCARD zt_status zt_setup_cloudformation(zt_setup *setup, json_t **ret, zt_error *ret_error);
/* The same in Terraform's JSON syntax for hashicorp/aws ("main.tf.json"). Variables: package, proof_of_possession. */
ZT_NODISCARD zt_status zt_setup_terraform(zt_setup *setup, json_t **ret, zt_error *ret_error);

#endif
