zt_fuzz(http_answer DEPS device)
zt_fuzz(device_mqtt DEPS device)
