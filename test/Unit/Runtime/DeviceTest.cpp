//===- DeviceTest.cpp - Driver objects on the fake driver ----------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FakeDevice.h"

using namespace kernel_opt;
using namespace kernel_opt::runtime;

static constexpr char scalePTX[] = R"(
.version 8.0
.target sm_90a
.address_size 64
// fake: scale_f32 us=5 registers=64 shared=1024 threads=512
.visible .entry scale_f32(.param .u64 a, .param .u64 b, .param .u32 n,
                          .param .f32 f) { ret; }
)";

TEST(Driver, MissingLibraryNamesTheRemedy) {
  std::string message = messageOf(Driver::load("/nonexistent/libcuda.so"));
  EXPECT_TRUE(contains(message, "no CUDA driver: /nonexistent/libcuda.so"));
  EXPECT_TRUE(contains(message, "KERNELOPT_CUDA_DRIVER"));
}

TEST(Driver, LibraryThatIsNoDriver) {
  std::string message = messageOf(Driver::load("libm.so.6"));
  EXPECT_TRUE(contains(message, "'libm.so.6' lacks cuInit, cuDriverGetVersion, "
                                "cuGetErrorName and "));
  EXPECT_TRUE(contains(message, "CUDA 12.0 or newer is needed"));
}

TEST(Driver, FactsAreAskedFromTheDevice) {
  DeviceInfo info = llvm::cantFail(fakeDriver().deviceInfo(0));
  EXPECT_EQ(info.name, "Fake GPU");
  EXPECT_EQ(info.architecture(), 90);
  EXPECT_EQ(info.multiprocessors, 4);
  EXPECT_EQ(info.l2Bytes, uint64_t(64) << 10);
  EXPECT_EQ(info.sharedPerBlockOptin, 232448);
  EXPECT_EQ(info.driverVersion, 13000);
  EXPECT_EQ(info.uuid, "GPU-11111111-1111-1111-1111-111111111111");
  EXPECT_EQ(messageOf(fakeDriver().deviceInfo(1)),
            "there is no device 1; devices are numbered from 0 to 0");
}

TEST(Driver, ErrorsHaveKinds) {
  llvm::handleAllErrors(
      fakeDriver().check(api::illegalAddress, "run"), [](const DeviceError &e) {
        EXPECT_EQ(e.kind, ErrorKind::IllegalAddress);
        EXPECT_TRUE(e.fatal);
        EXPECT_EQ(e.message, "cannot run: an illegal memory access was "
                             "encountered (CUDA_ERROR_ILLEGAL_ADDRESS)");
      });
  llvm::handleAllErrors(fakeDriver().check(api::outOfMemory, "allocate"),
                        [](const DeviceError &e) {
                          EXPECT_EQ(e.kind, ErrorKind::OutOfMemory);
                          EXPECT_FALSE(e.fatal);
                        });
}

TEST(Target, RunsWhereItsFamilyAllows) {
  DeviceInfo device;
  device.computeMajor = 9;
  auto runs = [&](StringRef target) {
    return messageOf(checkTarget(target, device, "code")) == "no error";
  };
  EXPECT_TRUE(runs("sm_90a"));
  EXPECT_TRUE(runs("sm_90"));
  EXPECT_TRUE(runs("sm_80"));
  EXPECT_FALSE(runs("sm_80a"));
  EXPECT_FALSE(runs("sm_100"));
  EXPECT_FALSE(runs("sm_100f"));
  EXPECT_FALSE(runs("compute_90"));
  device.computeMajor = 10;
  device.computeMinor = 3;
  EXPECT_TRUE(runs("sm_100f"));
  EXPECT_FALSE(runs("sm_90a"));
  EXPECT_FALSE(runs("sm_100a"));
  EXPECT_TRUE(contains(messageOf(checkTarget("sm_100a", device, "code")),
                       "'code' is compiled for sm_100a, but device 0"));
}

TEST(Target, IsReadFromPTX) {
  EXPECT_EQ(targetOfPTX("// .target sm_10\n.version 8.0\n"
                        ".target sm_90a, texmode_independent\n"),
            "sm_90a");
  EXPECT_EQ(targetOfPTX(builtinPTX()), "sm_80");
  EXPECT_EQ(targetOfPTX("nothing"), "");
}

TEST(Module, ReportsWhatTheCompilerSays) {
  auto session = fakeSession();
  Context &context = session->context();
  EXPECT_TRUE(contains(
      messageOf(context.load(".version 8.0\n.target sm_90\nnot_an_instruction",
                             "kernel.ptx")),
      "cannot load 'kernel.ptx': a PTX JIT compilation failed "
      "(CUDA_ERROR_INVALID_PTX); the compiler in the driver says: ptxas "
      "application ptx input, line 3"));
  EXPECT_TRUE(
      contains(messageOf(context.load("hello", "x")), "'x' is neither PTX"));
  EXPECT_TRUE(contains(messageOf(context.load(".target sm_100a\n", "x")),
                       "'x' is compiled for sm_100a, but device 0 (Fake GPU) "
                       "is sm_90"));
  Module module = llvm::cantFail(context.load(scalePTX, "scale"));
  EXPECT_EQ(messageOf(module.kernel("other")), "'scale' has no kernel 'other'");
}

class KernelShapes : public testing::Test {
protected:
  KernelShapes()
      : session(fakeSession()),
        module(llvm::cantFail(session->context().load(scalePTX, "scale"))),
        kernel(llvm::cantFail(module.kernel("scale_f32"))) {
    shape.block = {128, 1, 1};
  }
  std::string complaint() { return messageOf(kernel.prepare(shape)); }

  std::unique_ptr<Session> session;
  Module module;
  Kernel kernel;
  LaunchShape shape;
};

TEST_F(KernelShapes, FactsAndOccupancy) {
  EXPECT_EQ(kernel.facts().registers, 64);
  EXPECT_EQ(kernel.facts().staticSharedBytes, 1024);
  EXPECT_EQ(llvm::cantFail(kernel.occupancy(shape)), 8);
  EXPECT_EQ(complaint(), "no error");
}

TEST_F(KernelShapes, TooManyThreads) {
  shape.block = {1024, 1, 1};
  EXPECT_TRUE(contains(complaint(), "1024 threads a block, but with its 64 "
                                    "registers a thread (or its bounds) it "
                                    "runs with at most 512"));
  shape.block = {1, 1, 128};
  EXPECT_TRUE(contains(complaint(), "128 threads of a block in z; this device "
                                    "takes 1 to 64"));
}

TEST_F(KernelShapes, TooManyBlocks) {
  shape.grid = {1, 70000, 1};
  EXPECT_TRUE(
      contains(complaint(), "70000 blocks in y; this device takes 1 to 65535"));
}

TEST_F(KernelShapes, TooMuchSharedMemory) {
  shape.sharedBytes = 232448;
  EXPECT_TRUE(contains(complaint(), "233472 bytes of shared memory a block "
                                    "(1024 of them static), but this device "
                                    "gives at most 232448"));
  shape.sharedBytes = 231424;
  EXPECT_EQ(complaint(), "no error");
}

TEST_F(KernelShapes, SmallerRequestKeepsTheLargerOne) {
  Buffer buffer = llvm::cantFail(session->context().allocate(64));
  LaunchShape large = shape;
  large.sharedBytes = 100000;
  EXPECT_EQ(messageOf(kernel.prepare(large)), "no error");
  EXPECT_EQ(complaint(), "no error");
  uint64_t address = buffer.address();
  uint32_t n = 16;
  float factor = 1;
  void *arguments[] = {&address, &address, &n, &factor};
  EXPECT_EQ(messageOf(kernel.launch(session->stream(), large, arguments)),
            "no error");
  EXPECT_EQ(messageOf(session->stream().synchronize()), "no error");
}

TEST_F(KernelShapes, Clusters) {
  shape.grid = {6, 1, 1};
  shape.cluster = {4, 1, 1};
  EXPECT_TRUE(contains(complaint(), "the grid of 6 blocks in x is no multiple "
                                    "of the cluster's 4"));
  shape.cluster = {2, 1, 1};
  EXPECT_EQ(complaint(), "no error");
  shape.grid = shape.cluster = {32, 1, 1};
  EXPECT_TRUE(contains(complaint(), "no cluster of 32 such blocks fits"));
}

TEST_F(KernelShapes, Cooperative) {
  shape.cooperative = true;
  shape.grid = {32, 1, 1};
  EXPECT_EQ(complaint(), "no error");
  shape.grid = {33, 1, 1};
  EXPECT_TRUE(contains(complaint(), "a cooperative launch of 33 blocks, but "
                                    "this device runs only 32 at once"));
}

TEST(Memory, PlainAndTooMuch) {
  auto session = fakeSession();
  Context &context = session->context();
  auto [free, total] = llvm::cantFail(context.memory());
  {
    Buffer buffer = llvm::cantFail(context.allocate(1000));
    EXPECT_EQ(buffer.bytes(), 1000u);
    EXPECT_FALSE(buffer.isGuarded());
    EXPECT_LT(llvm::cantFail(context.memory()).first, free);
  }
  EXPECT_EQ(llvm::cantFail(context.memory()).first, free);
  std::string message = messageOf(context.allocate(total + 1));
  EXPECT_TRUE(contains(message, "out of device memory: 268435457 bytes asked "
                                "for, "));
  EXPECT_TRUE(contains(messageOf(context.allocateGuarded(total, 16)),
                       "out of device memory: 268435456 bytes asked for, "));
  EXPECT_EQ(llvm::cantFail(context.memory()).first, free);
}

TEST(Memory, GuardedEndsAtAPage) {
  auto session = fakeSession();
  Context &context = session->context();
  uint64_t free = llvm::cantFail(context.memory()).first;
  {
    Buffer end = llvm::cantFail(context.allocateGuarded(1001, 16));
    EXPECT_TRUE(end.isGuarded());
    EXPECT_EQ(end.address() % 16, 0u);
    EXPECT_EQ(end.slackAfter(), 7u);
    EXPECT_EQ((end.address() + end.bytes() + end.slackAfter()) % 4096, 0u);
    Buffer front =
        llvm::cantFail(context.allocateGuarded(1001, 16, /*atFront=*/true));
    EXPECT_EQ(front.slackBefore(), 0u);
    EXPECT_EQ(front.address() % 4096, 0u);
  }
  EXPECT_EQ(llvm::cantFail(context.memory()).first, free);
}

TEST(Builtins, FillsAndChecksums) {
  auto session = fakeSession();
  Buffer buffer = llvm::cantFail(session->context().allocate(1003));
  Builtins &builtins = session->builtins();
  std::string host(1003, 0);
  auto download = [&] {
    llvm::cantFail(session->stream().download(host.data(), buffer, 1003));
    llvm::cantFail(session->stream().synchronize());
  };
  llvm::cantFail(builtins.fillRandom(buffer.address(), 1003, 7));
  download();
  std::string expected;
  for (unsigned i = 0; i < 251; ++i) {
    uint32_t word = randomWord(7, i);
    expected.append(reinterpret_cast<char *>(&word), 4);
  }
  EXPECT_TRUE(host == expected.substr(0, 1003));
  EXPECT_EQ(llvm::cantFail(builtins.checksum(buffer.address(), 1003)),
            checksumOf(host.data(), 1003));
  host[1002] ^= 1;
  EXPECT_NE(llvm::cantFail(builtins.checksum(buffer.address(), 1003)),
            checksumOf(host.data(), 1003));

  llvm::cantFail(
      builtins.fillPattern(buffer.address(), 1003, 0x0807060504030201));
  download();
  for (unsigned i = 0; i < 1003; ++i)
    ASSERT_EQ(host[i], char(i % 8 + 1)) << i;
}

TEST(Builtins, ChecksumDependsOnPlace) {
  EXPECT_NE(checksumOf("abcdefgh", 8), checksumOf("efghabcd", 8));
  EXPECT_NE(checksumOf("abcd\0\0\0", 7), checksumOf("abcd", 4));
}

TEST(Builtins, ReadsTheClock) {
  auto session = fakeSession();
  llvm::cantFail(session->builtins().readClocks(0));
  llvm::cantFail(session->builtins().flushL2());
  llvm::cantFail(session->builtins().readClocks(1));
  EXPECT_NEAR(llvm::cantFail(session->builtins().clockHz()), 1.8e9, 1e7);
}

TEST(Graph, ReplaysWhatWasCaptured) {
  auto session = fakeSession();
  Buffer buffer = llvm::cantFail(session->context().allocate(64));
  Builtins &builtins = session->builtins();
  Graph graph = llvm::cantFail(session->stream().capture(
      [&] { return builtins.fillPattern(buffer.address(), 64, 42); }));
  llvm::cantFail(builtins.fillPattern(buffer.address(), 64, 1));
  uint64_t value = 0;
  llvm::cantFail(session->stream().download(&value, buffer, 8));
  EXPECT_EQ(value, 1u);
  llvm::cantFail(graph.launch(session->stream()));
  llvm::cantFail(session->stream().download(&value, buffer, 8));
  EXPECT_EQ(value, 42u);
}

static TensorMap goodMap() {
  TensorMap map;
  map.dims = {64, 32};
  map.strides = {256};
  map.box = {32, 8};
  map.swizzleBytes = 128;
  return map;
}

TEST(TensorMaps, RulesOfTheHardware) {
  EXPECT_EQ(messageOf(goodMap().verify()), "no error");
  auto complaint = [](function_ref<void(TensorMap &)> change) {
    TensorMap map = goodMap();
    change(map);
    return messageOf(map.verify());
  };
  EXPECT_TRUE(contains(complaint([](TensorMap &m) { m.strides[0] = 24; }),
                       "a stride must be a multiple of 16 bytes"));
  EXPECT_TRUE(contains(complaint([](TensorMap &m) { m.box[1] = 257; }),
                       "an extent of the box must be 1 to 256, found 257"));
  EXPECT_TRUE(contains(complaint([](TensorMap &m) { m.box[0] = 64; }),
                       "must fit the swizzle of 128 bytes, found 256"));
  EXPECT_TRUE(contains(complaint([](TensorMap &m) { m.box[0] = 3; }),
                       "must be a multiple of 16 bytes, found 12"));
  EXPECT_TRUE(contains(complaint([](TensorMap &m) { m.strides.clear(); }),
                       "expected 1 strides"));
  EXPECT_TRUE(contains(complaint([](TensorMap &m) { m.swizzleBytes = 48; }),
                       "the swizzle must be 0, 32, 64 or 128 bytes"));
  EXPECT_TRUE(contains(complaint([](TensorMap &m) {
                         m.element = TensorMap::Element::S32;
                         m.fill = TensorMap::Fill::NaN;
                       }),
                       "only floating-point elements"));
}

TEST(TensorMaps, EncodeInTheDriversNumbers) {
  auto session = fakeSession();
  TensorMap map = goodMap();
  map.l2PromotionBytes = 256;
  map.fill = TensorMap::Fill::NaN;
  auto bytes = llvm::cantFail(session->context().encode(map, 0x10000));
  // Element 7 is f32, rank 2, swizzle 3 is 128 bytes, promotion 3 is 256.
  EXPECT_EQ(bytes.opaque[1], 7u | 2u << 8 | 3u << 16 | 3u << 24 | 1ull << 32);
  EXPECT_TRUE(contains(messageOf(session->context().encode(map, 0x10008)),
                       "must be a multiple of 16"));
}
