# Configuration of the lit tests. Features are found by probing, so that one
# suite fits every machine; a test names what it needs with REQUIRES.
#
#   lit build/dev/test -v                      everything
#   lit build/dev/test --filter Dialect/Kopt   one folder
#   lit build/dev/test --param roundtrip=1     every run through the textual
#                                              and the bytecode form as well

import ctypes
import glob
import importlib.util
import os
import shutil
import subprocess

import lit.formats

config.name = "kernel-opt"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test", ".pt.test"]
config.excludes = ["Inputs", "Unit", "lib", "python", "campaign", "models", "mutation", "Fuzz", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.binary_root, "test")

bin_dir = os.path.join(config.binary_root, "bin")
# No test sees the archive of whoever runs it.
config.environment["XDG_CACHE_HOME"] = os.path.join(config.test_exec_root, "cache")
plugin = os.path.join(config.binary_root, "lib", "KernelOptPlugin.so")
config.environment["PATH"] = os.pathsep.join(
    [bin_dir, config.llvm_tools_dir, config.environment.get("PATH", "")]
)


def find_cuda():
    """Returns the folder of a CUDA toolkit and its ptxas, or two times None."""
    folders = [config.cuda_path, os.environ.get("CUDA_HOME", "")]
    on_path = shutil.which("ptxas")
    if on_path:
        folders.append(os.path.dirname(os.path.dirname(os.path.realpath(on_path))))
    folders.append("/usr/local/cuda")
    # The toolkit as pip packages, in the environment that setup makes.
    folders += glob.glob(
        os.path.join(
            config.source_root, ".venv/lib/python3*/site-packages/nvidia/cu*"
        )
    )
    for folder in folders:
        ptxas = os.path.join(folder, "bin", "ptxas")
        if folder and os.access(ptxas, os.X_OK):
            return folder, ptxas
    return None, None


def device_capability():
    """Returns the compute capability of the first device, or None."""
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None
    count = ctypes.c_int(0)
    if cuda.cuInit(0) != 0 or cuda.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return None
    if count.value == 0:
        return None
    device = ctypes.c_int(0)
    cuda.cuDeviceGet(ctypes.byref(device), 0)
    capability = []
    for attribute in (75, 76):  # compute capability, major and minor
        value = ctypes.c_int(0)
        cuda.cuDeviceGetAttribute(ctypes.byref(value), attribute, device)
        capability.append(value.value)
    return tuple(capability)


def has_libtorch():
    """Asks Python where torch is, without the seconds that importing takes."""
    script = (
        "import importlib.util as u, os, sys\n"
        "s = u.find_spec('torch')\n"
        "sys.exit(not (s and s.origin and os.path.exists(os.path.join("
        "os.path.dirname(s.origin), 'lib', 'libtorch.so'))))"
    )
    return subprocess.run([config.python, "-c", script]).returncode == 0


config.available_features.add("python")
if importlib.util.find_spec("numpy"):
    config.available_features.add("numpy")
if config.have_z3:
    config.available_features.add("z3")
if has_libtorch():
    config.available_features.add("libtorch")
if config.assertions:
    config.available_features.add("assertions")

cuda_path, ptxas = find_cuda()
if ptxas:
    config.available_features.add("ptxas")
    config.environment["CUDA_HOME"] = cuda_path
    config.substitutions.append(("%ptxas", ptxas))

capability = device_capability()
if capability:
    config.available_features.add("cuda")
    config.available_features.add("sm_%d%d" % capability)

if not config.static_mlir and not config.sanitizers:
    # A sanitized plugin cannot be loaded into a stock host.
    config.available_features.add("plugin")

if config.sanitizers:
    # MLIR is not instrumented: its allocators do not undo the poisoning that
    # inlined copies of them in our code do.
    config.environment["ASAN_OPTIONS"] = "allow_user_poisoning=0"
    config.environment["UBSAN_OPTIONS"] = "print_stacktrace=1"
    config.environment["ASAN_SYMBOLIZER_PATH"] = os.path.join(
        config.llvm_tools_dir, "llvm-symbolizer"
    )

# A choice of tool must stay the first argument.
if lit_config.params.get("roundtrip"):
    config.available_features.add("roundtrip")
    config.test_exec_root = os.path.join(config.binary_root, "test-roundtrip")
    config.substitutions.append(
        (
            r"(?<![\w./%=-])kernel-opt(?![\w.-])(?! --tool=)",
            "kernel-opt --verify-roundtrip",
        )
    )
config.substitutions.append(("%bin", bin_dir))
config.substitutions.append(("%plugin", plugin))
config.substitutions.append(
    ("%fakecuda", os.path.join(config.binary_root, "lib", "libfakecuda.so"))
)
config.substitutions.append(
    ("%mlir_lib_dir", os.path.join(os.path.dirname(config.llvm_tools_dir), "lib"))
)
config.substitutions.append(("%python", config.python))
config.substitutions.append(("%examples", os.path.join(config.source_root, "examples")))
config.substitutions.append(("%rewrites", os.path.join(config.source_root, "rewrites")))
# How often a search is killed; more in the nightly run.
config.substitutions.append(("%kills", lit_config.params.get("kills", "3")))
