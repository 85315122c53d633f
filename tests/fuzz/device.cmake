zt_fuzz(http_answer DEPS device)
zt_fuzz(device_mqtt DEPS device5)
zt_fuzz(device_shadow DEPS device)
