# Wrappers that every CMakeLists.txt of the project is written in.
#
#   add_kernelopt_library(Name SRCS a.cpp... [DEPENDS t...] [LINK_LIBS l...]
#                         [NO_PCH])
#   add_kernelopt_dialect(Name MNEMONIC mnemonic SRCS a.cpp... [LINK_LIBS l...])
#   add_kernelopt_passes(Name PATH include/kernel-opt/Room/Passes.td [NO_DOC])
#   add_kernelopt_interfaces(Name PATH include/kernel-opt/Room/Some.td)
#   add_kernelopt_tool(name SRCS a.cpp... [LINK_LIBS l...])
#   add_kernelopt_plugin(Name SRCS a.cpp... [LINK_LIBS l...])
#   add_kernelopt_unittest(Name SRCS a.cpp... [LINK_LIBS l...])

# All generated headers. Every library waits for this one target, so that no
# CMakeLists.txt has to list which generated header it includes.
add_custom_target(kernelopt-headers)
# Reference pages generated from ODS, in docs/ of the build folder.
add_custom_target(kernel-opt-doc)

if(KERNELOPT_PCH)
  file(WRITE ${PROJECT_BINARY_DIR}/pch.cpp.new "")
  file(COPY_FILE ${PROJECT_BINARY_DIR}/pch.cpp.new
    ${PROJECT_BINARY_DIR}/pch.cpp ONLY_IF_DIFFERENT)
  add_library(kernelopt-pch OBJECT ${PROJECT_BINARY_DIR}/pch.cpp)
  target_link_libraries(kernelopt-pch PRIVATE kernelopt-mlir)
  target_precompile_headers(kernelopt-pch PRIVATE
    ${PROJECT_SOURCE_DIR}/cmake/modules/Precompiled.h)
endif()

# What libraries, tools and tests have in common.
function(kernelopt_common_target target no_pch)
  foreach(lib IN LISTS ARGN)
    if(lib MATCHES "^(MLIR|LLVM)")
      message(FATAL_ERROR "${target} names '${lib}'; every target gets MLIR"
        " and LLVM from kernelopt-mlir, shared or static as configured")
    endif()
  endforeach()
  add_dependencies(${target} kernelopt-headers)
  if(KERNELOPT_PCH AND NOT no_pch)
    target_precompile_headers(${target} REUSE_FROM kernelopt-pch)
  endif()
endfunction()

function(add_kernelopt_library name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "NO_PCH" "" "SRCS;DEPENDS;LINK_LIBS")
  add_library(${name} STATIC ${ARG_SRCS})
  target_link_libraries(${name} PUBLIC kernelopt-mlir ${ARG_LINK_LIBS})
  kernelopt_common_target(${name} ${ARG_NO_PCH} ${ARG_LINK_LIBS})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# kernelopt_tablegen(<result variable> <td file> <output file> <arguments...>)
# Runs mlir-tblgen; appends the output's path to the result variable.
function(kernelopt_tablegen result td output)
  get_filename_component(folder ${output} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  file(RELATIVE_PATH shown ${PROJECT_BINARY_DIR} ${output})
  string(MAKE_C_IDENTIFIER ${shown} depfile)
  set(depfile ${PROJECT_BINARY_DIR}/CMakeFiles/${depfile}.d)
  # --write-if-changed keeps the time stamp of an equal output, so that Ninja
  # does not rebuild what includes it.
  add_custom_command(OUTPUT ${output}
    COMMAND mlir-tblgen ${ARGN} --write-if-changed
      -I ${PROJECT_SOURCE_DIR}/include -I ${MLIR_INCLUDE_DIRS}
      -d ${depfile} -o ${output} ${td}
    DEPENDS ${td} mlir-tblgen
    DEPFILE ${depfile}
    COMMENT "Generating ${shown}" VERBATIM)
  set(${result} ${${result}} ${output} PARENT_SCOPE)
endfunction()

# A generated file lies in the build folder where its .td lies in the source.
function(kernelopt_tablegen_stem result td)
  file(RELATIVE_PATH stem ${PROJECT_SOURCE_DIR} ${td})
  string(REGEX REPLACE "\\.td$" "" stem ${stem})
  set(${result} ${PROJECT_BINARY_DIR}/${stem} PARENT_SCOPE)
endfunction()

function(kernelopt_generated name)
  add_custom_target(${name} DEPENDS ${ARGN})
  add_dependencies(kernelopt-headers ${name})
endfunction()

function(kernelopt_generated_doc name)
  add_custom_target(${name} DEPENDS ${ARGN})
  add_dependencies(kernel-opt-doc ${name})
endfunction()

# Makes a page of a generated one whose .td names tests as examples.
function(kernelopt_insert_examples td page output)
  set(script ${PROJECT_SOURCE_DIR}/cmake/modules/InsertExamples.cmake)
  file(STRINGS ${td} markers REGEX "\\(\\* example filepath=")
  list(TRANSFORM markers REPLACE ".*filepath=([^ ]+) .*"
    "${PROJECT_SOURCE_DIR}/\\1" OUTPUT_VARIABLE examples)
  foreach(example IN LISTS examples)
    if(NOT EXISTS ${example})
      message(FATAL_ERROR "${td}: there is no example ${example}")
    endif()
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${td})
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DPAGE=${page} -DOUTPUT=${output}
      -DROOT=${PROJECT_SOURCE_DIR} -P ${script}
    DEPENDS ${page} ${script} ${examples} VERBATIM)
endfunction()

# Files of a dialect in include/kernel-opt/Dialect/<Name>, each optional but
# the first: <Name>{Dialect,Ops,Types,Attrs,Enums,Interfaces}.td. The library
# is called KernelOpt<Name>.
function(add_kernelopt_dialect name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "MNEMONIC" "SRCS;LINK_LIBS")
  set(room ${PROJECT_SOURCE_DIR}/include/kernel-opt/Dialect/${name})
  set(Dialect_generators dialect-decls dialect-defs)
  set(Ops_generators op-decls op-defs)
  set(Types_generators typedef-decls typedef-defs)
  set(Attrs_generators attrdef-decls attrdef-defs)
  set(Enums_generators enum-decls enum-defs)
  # A file may include another dialect's; these keep its records out.
  set(Dialect_filter -dialect=${ARG_MNEMONIC})
  set(Ops_filter "-op-include-regex=^${ARG_MNEMONIC}\\.")
  set(Types_filter -typedefs-dialect=${ARG_MNEMONIC})
  set(Attrs_filter -attrdefs-dialect=${ARG_MNEMONIC})
  set(Enums_filter "")
  set(generated "")
  foreach(kind Dialect Ops Types Attrs Enums)
    set(td ${room}/${name}${kind}.td)
    if(EXISTS ${td})
      kernelopt_tablegen_stem(stem ${td})
      list(GET ${kind}_generators 0 declarations)
      list(GET ${kind}_generators 1 definitions)
      kernelopt_tablegen(generated ${td} ${stem}.h.inc
        -gen-${declarations} ${${kind}_filter})
      kernelopt_tablegen(generated ${td} ${stem}.cpp.inc
        -gen-${definitions} ${${kind}_filter})
    endif()
  endforeach()
  kernelopt_generated(KernelOpt${name}TableGen ${generated})
  if(EXISTS ${room}/${name}Interfaces.td)
    add_kernelopt_interfaces(KernelOpt${name}Interfaces
      PATH include/kernel-opt/Dialect/${name}/${name}Interfaces.td)
  endif()

  set(doc_td ${room}/${name}Ops.td)
  if(NOT EXISTS ${doc_td})
    set(doc_td ${room}/${name}Dialect.td)
  endif()
  set(pages "")
  kernelopt_tablegen(pages ${doc_td}
    ${PROJECT_BINARY_DIR}/docs/Dialects/${name}.md
    -gen-dialect-doc -dialect=${ARG_MNEMONIC})
  kernelopt_generated_doc(KernelOpt${name}Doc ${pages})

  add_kernelopt_library(KernelOpt${name} SRCS ${ARG_SRCS}
    LINK_LIBS ${ARG_LINK_LIBS})
endfunction()

# Op, attribute and type interfaces of one .td, as X{Op,Attr,Type}.{h,cpp}.inc.
function(add_kernelopt_interfaces name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "PATH" "")
  set(td ${PROJECT_SOURCE_DIR}/${ARG_PATH})
  kernelopt_tablegen_stem(stem ${td})
  set(generated "")
  foreach(kind Op Attr Type)
    string(TOLOWER ${kind} lower)
    kernelopt_tablegen(generated ${td} ${stem}${kind}.h.inc
      -gen-${lower}-interface-decls)
    kernelopt_tablegen(generated ${td} ${stem}${kind}.cpp.inc
      -gen-${lower}-interface-defs)
  endforeach()
  kernelopt_generated(${name}TableGen ${generated})
endfunction()

# Passes.h.inc beside Passes.td, with register<Name>Passes().
function(add_kernelopt_passes name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "NO_DOC" "PATH" "")
  set(td ${PROJECT_SOURCE_DIR}/${ARG_PATH})
  kernelopt_tablegen_stem(stem ${td})
  set(generated "")
  kernelopt_tablegen(generated ${td} ${stem}.h.inc
    -gen-pass-decls -name=${name})
  kernelopt_generated(${name}PassesTableGen ${generated})
  if(ARG_NO_DOC)
    return()
  endif()
  set(pages "")
  set(page ${PROJECT_BINARY_DIR}/docs/Passes/${name}.md)
  kernelopt_tablegen(pages ${td} ${page}.in -gen-pass-doc)
  kernelopt_insert_examples(${td} ${page}.in ${page})
  kernelopt_generated_doc(${name}PassesDoc ${page})
endfunction()

# Puts texts into the executable, so that no file has to be found at run time:
# `output` holds an EmbeddedFile each, in the order given, named by its path in
# the project, or by its stem if STEMS is given.
#
#   kernelopt_ship(KernelOptSearch ShippedWinners.inc FILES archive/sm_90a.jsonl)
function(kernelopt_ship target output)
  cmake_parse_arguments(PARSE_ARGV 2 ARG "STEMS" "" "FILES")
  set(entries "")
  foreach(name IN LISTS ARG_FILES)
    cmake_path(ABSOLUTE_PATH name BASE_DIRECTORY ${PROJECT_SOURCE_DIR}
      OUTPUT_VARIABLE file)
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${PROJECT_SOURCE_DIR}
      OUTPUT_VARIABLE name)
    if(ARG_STEMS)
      cmake_path(GET file STEM name)
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    string(APPEND entries "{\"${name}\", R\"shipped(${text})shipped\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${output} CONTENT "@entries@" @ONLY)
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
endfunction()

# Tools are sub-tools of one executable, kernel-opt, and links to it. A tool
# kernel-opt-verify defines `int kernel_opt::kernelOptVerifyMain(int, char **)`.
function(add_kernelopt_tool name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SRCS;LINK_LIBS")
  add_kernelopt_library(${name}-main SRCS ${ARG_SRCS}
    LINK_LIBS ${ARG_LINK_LIBS})
  target_include_directories(${name}-main PRIVATE
    ${PROJECT_SOURCE_DIR}/tools ${PROJECT_BINARY_DIR}/tools)
  set_property(GLOBAL APPEND PROPERTY KERNELOPT_TOOLS ${name})
endfunction()

# Builds the executable out of all tools added so far.
function(kernelopt_finish_tools)
  get_property(tools GLOBAL PROPERTY KERNELOPT_TOOLS)
  set(table "")
  foreach(tool IN LISTS tools)
    string(REGEX REPLACE "-" ";" words ${tool})
    set(function "")
    foreach(word IN LISTS words)
      if(function)
        string(SUBSTRING ${word} 0 1 first)
        string(TOUPPER ${first} first)
        string(SUBSTRING ${word} 1 -1 word)
        set(word ${first}${word})
      endif()
      string(APPEND function ${word})
    endforeach()
    string(APPEND table "KERNELOPT_TOOL(\"${tool}\", ${function}Main)\n")
  endforeach()
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/tools/Tools.inc
    CONTENT "${table}" @ONLY)

  add_executable(kernel-opt ${PROJECT_SOURCE_DIR}/tools/Main.cpp)
  list(TRANSFORM tools APPEND -main OUTPUT_VARIABLE mains)
  target_link_libraries(kernel-opt PRIVATE ${mains} kernelopt-mlir)
  target_include_directories(kernel-opt PRIVATE ${PROJECT_BINARY_DIR}/tools)
  target_compile_definitions(kernel-opt PRIVATE
    KERNELOPT_VERSION="${PROJECT_VERSION}")
  kernelopt_common_target(kernel-opt FALSE)
  foreach(tool IN LISTS tools)
    if(NOT tool STREQUAL "kernel-opt")
      add_custom_command(TARGET kernel-opt POST_BUILD
        COMMAND ${CMAKE_COMMAND} -E create_symlink kernel-opt
          ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${tool})
    endif()
  endforeach()
endfunction()

# A module for tools that carry their own MLIR, such as mlir-opt. With static
# MLIR it would bring a second copy into the process, so there is none then.
function(add_kernelopt_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SRCS;LINK_LIBS")
  if(KERNELOPT_STATIC_MLIR)
    return()
  endif()
  add_library(${name} MODULE ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE kernelopt-mlir ${ARG_LINK_LIBS})
  # Hides our own symbols: only the two entry points are for the host.
  target_link_options(${name} PRIVATE -Wl,--exclude-libs,ALL)
  set_target_properties(${name} PROPERTIES PREFIX "" DEFINE_SYMBOL "")
  kernelopt_common_target(${name} FALSE ${ARG_LINK_LIBS})
endfunction()

function(add_kernelopt_unittest name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SRCS;LINK_LIBS")
  add_executable(${name} ${ARG_SRCS})
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/test/Unit)
  target_link_libraries(${name} PRIVATE
    kernelopt-mlir ${ARG_LINK_LIBS} GTest::gtest GTest::gtest_main)
  kernelopt_common_target(${name} FALSE ${ARG_LINK_LIBS})
  add_test(NAME Unit.${name} COMMAND ${name})
  if(KERNELOPT_SANITIZERS)
    # As test/lit.cfg.py does for the lit tests.
    set_tests_properties(Unit.${name} PROPERTIES
      ENVIRONMENT "ASAN_OPTIONS=allow_user_poisoning=0")
  endif()
endfunction()
