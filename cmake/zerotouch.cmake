# The project's own words for CMake: zt_library, zt_program, zt_test, zt_fuzz.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

add_library(zt_flags INTERFACE)
target_compile_options(zt_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Werror
  -fno-omit-frame-pointer -fstack-protector-strong
  -ffunction-sections -fdata-sections
  -include ${PROJECT_SOURCE_DIR}/src/base/banned.h)
target_compile_definitions(zt_flags INTERFACE _GNU_SOURCE ZT_VERSION="${PROJECT_VERSION}")
target_include_directories(zt_flags INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
target_link_options(zt_flags INTERFACE -Wl,--gc-sections -Wl,-z,relro,-z,now)
if(ZT_SANITIZE)
  target_compile_options(zt_flags INTERFACE -fsanitize=${ZT_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(zt_flags INTERFACE -fsanitize=${ZT_SANITIZE})
else()
  target_compile_definitions(zt_flags INTERFACE _FORTIFY_SOURCE=2)
endif()

# zt_pkg(openssl libssl libcrypto): an imported target zt_pkg_openssl
function(zt_pkg name)
  if(NOT TARGET PkgConfig::zt_pkg_${name})
    pkg_check_modules(zt_pkg_${name} REQUIRED IMPORTED_TARGET GLOBAL ${ARGN})
  endif()
  add_library(zt_pkg_${name} INTERFACE IMPORTED GLOBAL)
  target_link_libraries(zt_pkg_${name} INTERFACE PkgConfig::zt_pkg_${name})
endfunction()

# zt_library(base SOURCES a.c b.c DEPS x509 zt_pkg_openssl): static library zt_base.
# A dependency without a "zt_" prefix is one of our rooms.
function(zt_deps target scope)
  foreach(dep ${ARGN})
    if(dep MATCHES "^(zt_|PkgConfig::|Threads::|-)")
      target_link_libraries(${target} ${scope} ${dep})
    else()
      target_link_libraries(${target} ${scope} zt_${dep})
    endif()
  endforeach()
endfunction()

function(zt_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(zt_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(zt_${name} PUBLIC zt_flags)
  zt_deps(zt_${name} PUBLIC ${ARG_DEPS})
endfunction()

function(zt_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE zt_flags)
  zt_deps(${name} PRIVATE ${ARG_DEPS})
endfunction()

# zt_test(base view): tests/unit/base/test_view.c, its own process and a time limit.
# zt_test(x509 read_mbedtls MAIN test_read.c DEPS …): the same source against another body.
function(zt_test room name)
  cmake_parse_arguments(ARG "" "TIMEOUT;MAIN" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_MAIN)
    set(ARG_MAIN test_${name}.c)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 20)
  endif()
  if(NOT ARG_DEPS)
    set(ARG_DEPS ${room})
  endif()
  string(REPLACE "/" "_" flat ${room})
  set(target test_${flat}_${name})
  add_executable(${target} ${ARG_MAIN} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE zt_flags zt_pkg_cmocka)
  zt_deps(${target} PRIVATE ${ARG_DEPS})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/unit ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${target} PRIVATE
    ZT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" ZT_VECTORS_DIR="${PROJECT_SOURCE_DIR}/../shared/vectors" ZT_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME unit/${room}/${name} COMMAND ${target})
  set_tests_properties(unit/${room}/${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS unit)
endfunction()

# zt_fuzz(mqtt_decode DEPS mqtt): tests/fuzz/mqtt_decode.c with tests/fuzz/corpus/mqtt_decode/.
# Built by clang with ZT_FUZZ it fuzzes; otherwise ctest replays the corpus through it.
# zt_fuzz(x509_read_mbedtls LIKE x509_read DEPS …): another's source and corpus against another body.
function(zt_fuzz name)
  cmake_parse_arguments(ARG "" "LIKE" "DEPS" ${ARGN})
  if(NOT ARG_LIKE)
    set(ARG_LIKE ${name})
  endif()
  if(ZT_FUZZ)
    add_executable(fuzz_${name} ${ARG_LIKE}.c)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(fuzz_${name} ${ARG_LIKE}.c replay.c)
    add_test(NAME fuzz/${name} COMMAND fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${ARG_LIKE})
    set_tests_properties(fuzz/${name} PROPERTIES TIMEOUT 60 LABELS fuzz)
  endif()
  target_link_libraries(fuzz_${name} PRIVATE zt_flags)
  zt_deps(fuzz_${name} PRIVATE ${ARG_DEPS})
  set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
endfunction()

zt_pkg(openssl libssl libcrypto)
zt_pkg(jansson jansson)
zt_pkg(cmocka cmocka)
zt_pkg(sqlite sqlite3)
zt_pkg(event libevent libevent_openssl libevent_pthreads)
zt_pkg(curl libcurl)
zt_pkg(expat expat)
zt_pkg(inih inih)
zt_pkg(archive libarchive)
zt_pkg(pcre2 libpcre2-8)
zt_pkg(icu icu-i18n)
# libhttp-parser and libwslay ship no .pc file.
add_library(zt_pkg_http_parser INTERFACE IMPORTED GLOBAL)
target_link_libraries(zt_pkg_http_parser INTERFACE http_parser)
add_library(zt_pkg_wslay INTERFACE IMPORTED GLOBAL)
target_link_libraries(zt_pkg_wslay INTERFACE wslay)
# mbedTLS 2.28 ships none either; static, for the Lambda.
add_library(zt_pkg_mbedtls INTERFACE IMPORTED GLOBAL)
target_link_libraries(zt_pkg_mbedtls INTERFACE libmbedtls.a libmbedx509.a libmbedcrypto.a)
