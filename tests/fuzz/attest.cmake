zt_fuzz(attest_request DEPS attest digest_openssl)
