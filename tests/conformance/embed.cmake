# SPDX-License-Identifier: MIT
#
# Writes the cases into conformance_cases.h, for a test program that may have no files to read.
file(GLOB conformance_files CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/cases/*.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${conformance_files} ${CMAKE_CURRENT_LIST_DIR}/schema.json)

file(READ ${CMAKE_CURRENT_LIST_DIR}/schema.json text)
set(header "#pragma once\n#include <string_view>\n#include <utility>\n")
string(APPEND header "inline const std::string_view kConformanceSchema = R\"json(${text})json\";\n")
string(APPEND header "inline const std::pair<std::string_view, std::string_view> kConformanceCases[] = {\n")
foreach(file ${conformance_files})
  get_filename_component(name ${file} NAME)
  file(READ ${file} text)
  string(APPEND header "{\"${name}\", R\"json(${text})json\"},\n")
endforeach()
string(APPEND header "};\n")
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/conformance_cases.h CONTENT "@header@" @ONLY)
