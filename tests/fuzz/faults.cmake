zt_fuzz(faults DEPS cloud_faults)
