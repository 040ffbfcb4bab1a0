# Compiler and linker flags for everything we build. They are global, because
# all targets share one precompiled header and that needs equal flags.

# LLVM is built without exceptions. Libraries that need them (libtorch) switch
# them on for their own sources and keep them from crossing into MLIR.
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)

# Every archive may end up in the plugin. Given here and not through
# POSITION_INDEPENDENT_CODE, which would say -fPIE for executables and so make
# the precompiled header unusable for them.
add_compile_options(-fPIC)
add_compile_options(-fvisibility-inlines-hidden -ffunction-sections
  -fdata-sections)
add_link_options(-Wl,--gc-sections)

add_compile_options(-Wall -Wextra -Wno-unused-parameter -Wcast-qual
  -Wimplicit-fallthrough
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  $<$<COMPILE_LANGUAGE:CXX>:-Wsuggest-override>)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options(-Wstring-conversion -Wcovered-switch-default
    -fcolor-diagnostics)
  find_program(KERNELOPT_LLD NAMES ld.lld ld.lld-22
    HINTS /usr/lib/llvm-22/bin)
  if(KERNELOPT_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()
if(KERNELOPT_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()

if(KERNELOPT_ASSERTIONS)
  add_compile_options(-UNDEBUG)
else()
  add_compile_definitions(NDEBUG)
endif()

if(KERNELOPT_SANITIZERS)
  # vptr and function compare type information across shared objects, where
  # MLIR's hidden inline copies make it differ.
  add_compile_options(-fsanitize=${KERNELOPT_SANITIZERS}
    -fno-sanitize=vptr,function -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${KERNELOPT_SANITIZERS})
endif()

if(KERNELOPT_FUZZ)
  # Coverage of all of our code guides the fuzzer; its main comes at the link.
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()

find_program(KERNELOPT_CCACHE ccache)
if(KERNELOPT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # ccache takes sources that use a precompiled header only when told that
  # their macros may be ignored; our header defines none that changes.
  # The inode cache saves hashing that header, which is large, each time.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_INODECACHE=true
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    ${KERNELOPT_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()
if(KERNELOPT_PCH AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # A time stamp inside the precompiled header would spoil every cache entry.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()
