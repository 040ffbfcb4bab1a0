# The libtorch of the Torch that the user has, as the target kernelopt-torch.
# torch.utils.cmake_prefix_path says where it lies. Its own CMake package is not
# used: that of a CUDA build wants the CUDA toolkit, of which nothing is needed.
option(KERNELOPT_ENABLE_TORCH "Build the importer of TorchScript" ON)
set(KERNELOPT_TORCH_PYTHON "" CACHE FILEPATH
  "Python that has Torch (default: that of the build)")
set(KERNELOPT_HAVE_TORCH 0)
if(NOT KERNELOPT_ENABLE_TORCH)
  return()
endif()
set(python ${Python3_EXECUTABLE})
if(KERNELOPT_TORCH_PYTHON)
  set(python ${KERNELOPT_TORCH_PYTHON})
endif()
if(NOT KERNELOPT_TORCH_INFO OR NOT KERNELOPT_TORCH_INFO_OF STREQUAL python)
  # Importing torch takes seconds, so the answer is kept.
  execute_process(COMMAND ${python} -c
    "import torch; print(torch.utils.cmake_prefix_path, int(torch.compiled_with_cxx11_abi()), torch.__version__, sep='|')"
    OUTPUT_VARIABLE info OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  string(REPLACE "|" ";" info "${info}")
  set(KERNELOPT_TORCH_INFO "${info}" CACHE INTERNAL "")
  set(KERNELOPT_TORCH_INFO_OF "${python}" CACHE INTERNAL "")
endif()
list(LENGTH KERNELOPT_TORCH_INFO length)
if(NOT length EQUAL 3)
  message(STATUS "kernel-opt-import is not built: '${python}' has no torch;"
    " install it there (pip install torch) or name another Python with"
    " -DKERNELOPT_TORCH_PYTHON=FILE")
  return()
endif()
list(GET KERNELOPT_TORCH_INFO 0 prefix)
list(GET KERNELOPT_TORCH_INFO 1 abi)
list(GET KERNELOPT_TORCH_INFO 2 version)
cmake_path(SET root NORMALIZE ${prefix}/../..)
set(KERNELOPT_HAVE_TORCH 1)
add_library(kernelopt-torch INTERFACE)
target_include_directories(kernelopt-torch SYSTEM INTERFACE
  ${root}/include ${root}/include/torch/csrc/api/include)
target_compile_definitions(kernelopt-torch INTERFACE
  _GLIBCXX_USE_CXX11_ABI=${abi})
target_compile_features(kernelopt-torch INTERFACE cxx_std_20)
# libtorch throws; the warnings are for our own style of code.
target_compile_options(kernelopt-torch INTERFACE -fexceptions -fPIC
  -Wno-unused-parameter -Wno-cast-qual -Wno-suggest-override)
target_link_directories(kernelopt-torch INTERFACE ${root}/lib)
target_link_libraries(kernelopt-torch INTERFACE torch torch_cpu c10)
target_link_options(kernelopt-torch INTERFACE -Wl,-rpath,${root}/lib)
message(STATUS "kernel-opt-import: Torch ${version} of ${python}")
