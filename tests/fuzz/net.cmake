zt_fuzz(http_server DEPS net)
