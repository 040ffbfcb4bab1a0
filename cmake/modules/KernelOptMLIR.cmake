# Finds MLIR and LLVM and hides how they are linked behind one target,
# `kernelopt-mlir`. A process must hold exactly one copy of MLIR: everything
# links the shared libraries, or (KERNELOPT_STATIC_MLIR) everything links the
# archives. So no other file names an MLIR or LLVM library.

find_package(MLIR 22.1 REQUIRED CONFIG)
message(STATUS "MLIR ${LLVM_PACKAGE_VERSION} in ${MLIR_DIR}")

if(LLVM_ENABLE_RTTI)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-frtti>)
else()
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
endif()
separate_arguments(definitions UNIX_COMMAND "${LLVM_DEFINITIONS}")
add_definitions(${definitions})

add_library(kernelopt-mlir INTERFACE)
target_include_directories(kernelopt-mlir INTERFACE
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
target_include_directories(kernelopt-mlir SYSTEM INTERFACE
  ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})

# The packaged archives name the shared LLVM, a shared z3 and so on as their
# own dependencies. This replaces those names on one imported target.
function(kernelopt_use_archives target)
  get_target_property(libs ${target} INTERFACE_LINK_LIBRARIES)
  if(NOT libs)
    return()
  endif()
  list(REMOVE_ITEM libs LLVM MLIR CURL::libcurl LibEdit::LibEdit FFI::ffi)
  list(FILTER libs EXCLUDE REGEX "libz3")
  list(TRANSFORM libs REPLACE "^ZLIB::ZLIB$" "${KERNELOPT_ZLIB_ARCHIVE}")
  list(TRANSFORM libs REPLACE "^zstd::libzstd_shared$"
    "${KERNELOPT_ZSTD_ARCHIVE}")
  set_target_properties(${target} PROPERTIES
    INTERFACE_LINK_LIBRARIES "${libs}")
endfunction()

if(NOT KERNELOPT_STATIC_MLIR)
  target_link_libraries(kernelopt-mlir INTERFACE MLIR LLVM)
else()
  find_library(KERNELOPT_ZLIB_ARCHIVE libz.a REQUIRED)
  find_library(KERNELOPT_ZSTD_ARCHIVE libzstd.a REQUIRED)
  get_property(mlir_libs GLOBAL PROPERTY MLIR_ALL_LIBS)
  # Test libraries are not part of a product; `MLIR` is the shared library.
  list(FILTER mlir_libs EXCLUDE REGEX "Test|^MLIR$|Shared$")
  set(archives "")
  foreach(lib IN LISTS mlir_libs LLVM_AVAILABLE_LIBS)
    if(TARGET ${lib})
      get_target_property(type ${lib} TYPE)
      if(type STREQUAL "STATIC_LIBRARY")
        kernelopt_use_archives(${lib})
        list(APPEND archives ${lib})
      endif()
    endif()
  endforeach()
  # All of them: the linker takes from an archive only what is referenced.
  target_link_libraries(kernelopt-mlir INTERFACE ${archives})
  # The C++ runtime travels inside. glibc stays dynamic, because the CUDA
  # driver is loaded with dlopen.
  target_link_options(kernelopt-mlir INTERFACE
    -static-libstdc++ -static-libgcc -Wl,-s)
endif()
