zt_fuzz(gateway_session DEPS cloud_gateway_session)
zt_fuzz(gateway_tls DEPS cloud_gateway digest_openssl)
