zt_fuzz(http_server DEPS net)
zt_fuzz(websocket DEPS net_websocket)
