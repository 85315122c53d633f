zt_fuzz(jitr_event DEPS jitr)
zt_fuzz(jitr_http_reader DEPS jitr_wire digest_mbedtls)
