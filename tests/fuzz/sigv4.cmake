zt_fuzz(sigv4_claim DEPS sigv4 digest_openssl)
