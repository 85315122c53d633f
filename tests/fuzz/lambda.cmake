zt_fuzz(lambda_package DEPS cloud_lambda digest_openssl)
