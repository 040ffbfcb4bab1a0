# Finds MLIR and LLVM and hides how they are linked behind one target,
# `kernelopt-mlir`. A process must hold exactly one copy of MLIR: everything
# links the shared libraries, or (KERNELOPT_STATIC_MLIR) everything links the
# archives. So no other file names an MLIR or LLVM library.

# The hint is where Debian's packages lie. It is not put into
# CMAKE_PREFIX_PATH, which would change where compilers are found.
find_package(MLIR 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22)
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

if(NOT KERNELOPT_STATIC_MLIR)
  target_link_libraries(kernelopt-mlir INTERFACE MLIR LLVM)
else()
  # The archives by file, not by target: the packaged targets name the shared
  # LLVM, a shared z3, libcurl and more as their dependencies. The linker takes
  # from an archive only what is referenced, so all of them may be named.
  find_library(KERNELOPT_ZLIB_ARCHIVE libz.a REQUIRED)
  find_library(KERNELOPT_ZSTD_ARCHIVE libzstd.a REQUIRED)
  get_property(candidates GLOBAL PROPERTY MLIR_ALL_LIBS)
  list(APPEND candidates ${LLVM_AVAILABLE_LIBS})
  list(FILTER candidates EXCLUDE REGEX "Test|Exegesis")
  set(archives "")
  foreach(lib IN LISTS candidates)
    if(TARGET ${lib})
      get_target_property(type ${lib} TYPE)
      get_target_property(file ${lib} LOCATION)
      # Packages leave out some archives that the lists name.
      if(type STREQUAL "STATIC_LIBRARY" AND EXISTS "${file}")
        list(APPEND archives ${file})
      endif()
    endif()
  endforeach()
  target_link_libraries(kernelopt-mlir INTERFACE ${archives}
    ${KERNELOPT_ZLIB_ARCHIVE} ${KERNELOPT_ZSTD_ARCHIVE} rt dl m)
  # The C++ runtime travels inside. glibc stays dynamic, because the CUDA
  # driver is loaded with dlopen.
  target_link_options(kernelopt-mlir INTERFACE
    -static-libstdc++ -static-libgcc -Wl,-s)
endif()
