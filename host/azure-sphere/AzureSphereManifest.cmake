# cmake -DMANIFEST=app_manifest.json -DPACKAGED=<image>/app_manifest.json -P AzureSphereManifest.cmake
#
# The SDK gives an app without a component ID one; here it is the same in each build, for the mutable file is its. Visual
# Studio may put a byte order mark in front. What is no JSON is copied: the runner says what is wrong with it.
file(READ ${MANIFEST} manifest)
string(FIND "${manifest}" "{" start)
if(start GREATER 0)
  string(SUBSTRING "${manifest}" ${start} -1 manifest)
endif()
string(JSON component ERROR_VARIABLE missing GET "${manifest}" ComponentId)
if(NOT component MATCHES "^[0-9a-fA-F-]+$" OR NOT component MATCHES "^........-....-....-....-............$")
  string(UUID component NAMESPACE 6ba7b811-9dad-11d1-80b4-00c04fd430c8 NAME "${MANIFEST}" TYPE SHA1)
  string(JSON given ERROR_VARIABLE wrong SET "${manifest}" ComponentId "\"${component}\"")
  if(NOT wrong)
    set(manifest "${given}")
  endif()
endif()
file(WRITE ${PACKAGED} "${manifest}")
