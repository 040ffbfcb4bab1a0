# Libraries other than MLIR. An optional one that is missing switches its
# option off with a message; code asks KERNELOPT_HAVE_<NAME>.

find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
if(KERNELOPT_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()

set(KERNELOPT_HAVE_Z3 0)
if(KERNELOPT_ENABLE_Z3)
  find_path(KERNELOPT_Z3_INCLUDE_DIR z3.h)
  find_library(KERNELOPT_Z3_LIBRARY z3)
  if(KERNELOPT_Z3_INCLUDE_DIR AND KERNELOPT_Z3_LIBRARY)
    set(KERNELOPT_HAVE_Z3 1)
    add_library(kernelopt-z3 INTERFACE)
    target_link_libraries(kernelopt-z3 INTERFACE ${KERNELOPT_Z3_LIBRARY})
    target_include_directories(kernelopt-z3 SYSTEM INTERFACE
      ${KERNELOPT_Z3_INCLUDE_DIR})
  endif()
endif()

set(KERNELOPT_HAVE_CURL 0)
if(KERNELOPT_ENABLE_CURL)
  find_package(CURL)
  if(CURL_FOUND)
    set(KERNELOPT_HAVE_CURL 1)
  endif()
endif()
set(KERNELOPT_HAVE_SQLITE 0)
if(KERNELOPT_ENABLE_SQLITE)
  find_path(KERNELOPT_SQLITE_INCLUDE_DIR sqlite3.h)
  if(KERNELOPT_STATIC_MLIR)
    find_library(KERNELOPT_SQLITE_LIBRARY libsqlite3.a)
  else()
    find_library(KERNELOPT_SQLITE_LIBRARY sqlite3)
  endif()
  if(KERNELOPT_SQLITE_INCLUDE_DIR AND KERNELOPT_SQLITE_LIBRARY)
    set(KERNELOPT_HAVE_SQLITE 1)
    add_library(kernelopt-sqlite INTERFACE)
    target_link_libraries(kernelopt-sqlite INTERFACE
      ${KERNELOPT_SQLITE_LIBRARY} ${CMAKE_DL_LIBS} m)
    target_include_directories(kernelopt-sqlite SYSTEM INTERFACE
      ${KERNELOPT_SQLITE_INCLUDE_DIR})
  endif()
endif()
message(STATUS "z3: ${KERNELOPT_HAVE_Z3}, libcurl: ${KERNELOPT_HAVE_CURL},"
  " SQLite: ${KERNELOPT_HAVE_SQLITE}")
