zt_fuzz(websocket_client DEPS port_linux digest_openssl)
