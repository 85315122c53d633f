# The same program for arm64 by Debian's cross compiler. Outside of `all`: it needs the compiler and, once, a Debian mirror.
set(arm64 ${CMAKE_BINARY_DIR}/arm64)
set(sysroot ${arm64}/sysroot)
set(archives ${sysroot}/root/usr/lib/aarch64-linux-gnu)

get_target_property(flags zt_flags INTERFACE_COMPILE_OPTIONS)
list(FILTER flags EXCLUDE REGEX "sanitize")
set(definitions -D_GNU_SOURCE -DZT_VERSION="${PROJECT_VERSION}" -D_FORTIFY_SOURCE=2)

set(objects)
foreach(target core base json sigv4 aws sweep jitr jitr_wire x509_mbedtls digest_mbedtls bootstrap)
  if(NOT TARGET ${target} OR target STREQUAL json)
    set(target zt_${target})
  endif()
  get_target_property(sources ${target} SOURCES)
  get_target_property(folder ${target} SOURCE_DIR)
  foreach(source ${sources})
    set(object ${arm64}/${target}-${source}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${CMAKE_C_COMPILER_LAUNCHER} aarch64-linux-gnu-gcc -std=gnu17 -Os -fPIE ${flags} ${definitions}
        -I${PROJECT_SOURCE_DIR}/include -I${PROJECT_SOURCE_DIR}/src -isystem ${sysroot}/root/usr/include
        -MD -MF ${object}.d -c ${folder}/${source} -o ${object}
      DEPENDS ${folder}/${source} ${sysroot}/fetched
      DEPFILE ${object}.d
      COMMENT "arm64 ${source}"
      VERBATIM)
    list(APPEND objects ${object})
  endforeach()
endforeach()

add_custom_command(OUTPUT ${sysroot}/fetched
  COMMAND ${PROJECT_SOURCE_DIR}/scripts/fetch-arm64 ${sysroot}
  COMMENT "Debian's arm64 libraries"
  VERBATIM)

add_custom_command(OUTPUT ${lambda}/arm64/bootstrap.zip
  COMMAND ${CMAKE_COMMAND} -E make_directory ${lambda}/arm64
  COMMAND aarch64-linux-gnu-gcc -pie -s -o ${lambda}/arm64/bootstrap ${objects}
    -Wl,--gc-sections -Wl,-z,relro,-z,now -Wl,--build-id=none -Wl,--as-needed
    -Wl,--whole-archive ${archives}/libjansson.a -Wl,--no-whole-archive
    ${archives}/libmbedtls.a ${archives}/libmbedx509.a ${archives}/libmbedcrypto.a
  COMMAND zt_package ${lambda}/arm64/bootstrap.zip ${lambda}/arm64/bootstrap:755 ${CMAKE_CURRENT_SOURCE_DIR}/roots.pem:644
  DEPENDS ${objects} zt_package ${CMAKE_CURRENT_SOURCE_DIR}/roots.pem
  COMMENT "Lambda package for arm64"
  VERBATIM)
add_custom_target(lambda_arm64 DEPENDS ${lambda}/arm64/bootstrap.zip)
