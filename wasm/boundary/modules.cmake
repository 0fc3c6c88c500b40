# SPDX-License-Identifier: MIT
#
# What is built by Emscripten only: the modules `core` and `hub` (build/wasm/core.wasm, and likewise hub), and the tests of the
# core as a program for Node.
#
# Why these flags: a .wasm alone, with names on its imports and exports, is what loader.ts starts, in place of Emscripten's
# JavaScript; what it imports is known when it is started, so the linker does not ask. No exceptions and no RTTI are for size:
# the client is downloaded. A small stack and a memory that grows little by little (memory.cpp), because the default 16 MiB are
# more than most workspaces need; a server's grows by a quarter. Without -lembind, whose C++ half registers more types than we
# use: types.cpp stands in its place.

# As small as can be, but for what is done for each row. This em++ compiles with -fno-inline-functions unless told otherwise,
# and what was compiled so is not inlined at link time either (docs/decisions/client.md).
target_compile_options(ablo_core PRIVATE -flto -Oz)
set_source_files_properties(
  wasm/core/src/codec/json_reader.cpp
  wasm/core/src/codec/block.cpp
  wasm/core/src/store/column.cpp
  wasm/core/src/store/strings.cpp
  wasm/core/src/store/table.cpp
  wasm/core/src/query/live.cpp
  wasm/core/src/query/condition.cpp
  wasm/core/src/query/scan.cpp
  PROPERTIES COMPILE_OPTIONS "-Os;-finline-functions")

set(module_compile_options -flto -fno-exceptions -fno-rtti -DEMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0)
set(module_link_options
  -Os -flto -fno-exceptions -fno-rtti --no-entry
  -sERROR_ON_UNDEFINED_SYMBOLS=0 -sWARN_ON_UNDEFINED_SYMBOLS=0 -Wl,--export-table -Wl,--wrap=emscripten_resize_heap
  -sALLOW_MEMORY_GROWTH -sTOTAL_STACK=256KB -sFILESYSTEM=0
  -sEXPORTED_FUNCTIONS=_malloc,_free)

function(ablo_module name)
  add_executable(${name} wasm/boundary/types.cpp wasm/boundary/memory.cpp ${ARGN})
  set_target_properties(${name} PROPERTIES SUFFIX .wasm)
  target_link_libraries(${name} PRIVATE ablo_core)
  target_include_directories(${name} PRIVATE wasm/core/src)
  target_compile_options(${name} PRIVATE ${module_compile_options})
  target_link_options(${name} PRIVATE ${module_link_options})
endfunction()

# What makes a module of its text again, without anything of Emscripten's. `core` waits for it so that it is built with it.
find_program(WASM_OPT wasm-opt REQUIRED)
find_program(WASM_LD NAMES wasm-ld wasm-ld-14 wasm-ld-15 wasm-ld-16 wasm-ld-19 REQUIRED)
set(unpack ${CMAKE_SOURCE_DIR}/wasm/boundary/unpack.cpp)
add_custom_command(OUTPUT unpack.wasm DEPENDS ${unpack} VERBATIM
  COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -Wall -Wextra -Werror -Oz -fno-builtin -c ${unpack} -o unpack.o
  COMMAND ${WASM_LD} --no-entry --strip-all --export=unpack -z stack-size=16 --initial-memory=65536 unpack.o -o unpack.wasm
  COMMAND ${WASM_OPT} unpack.wasm -o unpack.wasm -Oz --strip-producers)
add_custom_target(unpack DEPENDS unpack.wasm)

ablo_module(core wasm/boundary/client_module.cpp wasm/boundary/no_sentences.cpp)
target_compile_definitions(core PRIVATE ABLO_GROWTH=50)
target_link_options(core PRIVATE -sINITIAL_MEMORY=1MB -sMALLOC=emmalloc --profiling-funcs)  # docs/decisions/client.md
add_dependencies(core unpack)
# Once more, as small as can be; and the names of its functions, for npm run size.
add_custom_command(TARGET core POST_BUILD VERBATIM
  COMMAND ${WASM_OPT} core.wasm -o core.wasm -Oz --enable-mutable-globals --symbolmap=core.wasm.symbols --strip-debug)
ablo_module(hub wasm/boundary/hub_module.cpp)
target_compile_definitions(hub PRIVATE ABLO_GROWTH=4)
target_link_options(hub PRIVATE -sINITIAL_MEMORY=16MB -sMALLOC=dlmalloc)

# The same tests, run by the Node that is first in PATH. They are the library as it ships, optimised at link time.
foreach(target core_tests_main core_tests sim)
  target_compile_options(${target} PRIVATE -fno-exceptions)
  target_compile_definitions(${target} PRIVATE CATCH_CONFIG_DISABLE_EXCEPTIONS CATCH_CONFIG_NO_POSIX_SIGNALS)
endforeach()
foreach(target core_tests sim)
  target_link_options(${target} PRIVATE -O1 -fno-exceptions
    -sENVIRONMENT=node -sALLOW_MEMORY_GROWTH -sEXIT_RUNTIME=1
    -sWASM_ASYNC_COMPILATION=0)  # read the file: this Emscripten would call Node's fetch() with a path
endforeach()
file(WRITE ${CMAKE_BINARY_DIR}/package.json "{ \"type\": \"commonjs\" }\n")  # neither is an ES module
