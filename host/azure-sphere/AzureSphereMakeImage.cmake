# An image package in the way of the first SDKs (AzureSphereToolchain.cmake).
string(REPLACE " " ";" AZURE_SPHERE_RESOURCE_FILES "${ADDITIONAL_APPROOT_INCLUDES}")
azsphere_target_add_image_package(${PROJECT_NAME} RESOURCE_FILES ${AZURE_SPHERE_RESOURCE_FILES})
