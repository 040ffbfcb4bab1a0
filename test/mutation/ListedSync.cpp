//===- ListedSync.cpp - In which order, and what else happens -------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Edits.h"
#include "Listed.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::mutation;

template <typename... Ops>
static void eraseEach(Operation *root, Sites &sites) {
  root->walk([&](Operation *op) {
    if (isa<Ops...>(op) && op->use_empty())
      sites.always(op, "removed", [op] { op->erase(); });
  });
}

void listed::barrierRemoved(Operation *root, Sites &sites) {
  eraseEach<gpu::BarrierOp, kgpu::NamedBarrierOp, kgpu::ClusterBarrierOp,
            kgpu::GridBarrierOp>(root, sites);
}

void listed::barrierDivergent(Operation *root, Sites &sites) {
  root->walk([&](gpu::BarrierOp barrier) {
    sites.always(
        barrier, "for the first 16 threads alone", [barrier]() mutable {
          OpBuilder builder(barrier);
          Location loc = barrier.getLoc();
          Value id = gpu::ThreadIdOp::create(builder, loc, gpu::Dimension::x);
          Value few =
              arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, id,
                                    makeIndex(barrier, 16));
          auto branch = scf::IfOp::create(builder, loc, few, false);
          barrier->moveBefore(branch.thenBlock(), branch.thenBlock()->begin());
        });
  });
}

/// The number of a stage is a remainder.
void listed::oneStage(Operation *root, Sites &sites) {
  root->walk([&](arith::RemUIOp stage) {
    bool selects = llvm::any_of(stage->getUsers(), [&](Operation *user) {
      return llvm::any_of(memoryUses(user), [&](MemoryUse &use) {
        return isShared(use.memref) && use.indices.size() > 1 &&
               use.indices.front().get() == stage.getResult();
      });
    });
    if (selects)
      sites.always(stage, "always the first", [stage]() mutable {
        stage.getResult().replaceAllUsesWith(makeIndex(stage, 0));
      });
  });
}

static void raise(Operation *op, StringRef name, int64_t by) {
  int64_t now = op->getAttrOfType<IntegerAttr>(name).getInt();
  op->setAttr(name, Builder(op->getContext()).getI64IntegerAttr(now + by));
}

void listed::waitLate(Operation *root, Sites &sites) {
  root->walk([&](Operation *op) {
    if (isa<kgpu::AsyncWaitOp, kgpu::WgmmaWaitOp, kgpu::BulkWaitOp>(op))
      sites.always(op, "one more may be unfinished",
                   [op] { raise(op, "pending", 1); });
  });
}

void listed::waitRemoved(Operation *root, Sites &sites) {
  eraseEach<kgpu::AsyncWaitOp, kgpu::WgmmaWaitOp, kgpu::BulkWaitOp,
            kgpu::MBarrierWaitOp, kgpu::WaitOp>(root, sites);
}

void listed::commitRemoved(Operation *root, Sites &sites) {
  eraseEach<kgpu::AsyncCommitOp, kgpu::WgmmaCommitOp, kgpu::BulkCommitOp>(
      root, sites);
}

void listed::fenceRemoved(Operation *root, Sites &sites) {
  eraseEach<kgpu::FenceOp, kgpu::WgmmaFenceOp>(root, sites);
}

void listed::fewerBytes(Operation *root, Sites &sites) {
  root->walk([&](kgpu::MBarrierArriveOp arrive) {
    if (arrive.getBytes())
      sites.always(arrive, "16 bytes less", [arrive]() mutable {
        addToOperand(*arrive.getBytesMutable().begin(), -16);
      });
  });
}

void listed::arrivalsWrong(Operation *root, Sites &sites) {
  root->walk([&](kgpu::MBarrierInitOp init) {
    for (int64_t by : {1, -1})
      if (int64_t(init.getArrivals()) + by > 0)
        sites.always(init, by > 0 ? "one more" : "one less",
                     [=] { raise(init, "arrivals", by); });
  });
}

void listed::parityFlipped(Operation *root, Sites &sites) {
  root->walk([&](kgpu::MBarrierWaitOp wait) {
    sites.always(wait, "the other parity",
                 [wait]() mutable { negateOperand(wait.getParityMutable()); });
  });
}

void listed::scopeNarrowed(Operation *root, Sites &sites) {
  root->walk([&](Operation *op) {
    auto scope = op->getAttrOfType<kgpu::ScopeAttr>("scope");
    if (scope && scope.getValue() != kgpu::Scope::Block)
      sites.always(op, "of the block", [op] {
        op->setAttr("scope",
                    kgpu::ScopeAttr::get(op->getContext(), kgpu::Scope::Block));
      });
  });
}

//===----------------------------------------------------------------------===//
// What a kernel must not do
//===----------------------------------------------------------------------===//

void listed::outputUntouched(Operation *root, Sites &sites) {
  auto program = cast<gpu::GPUFuncOp>(root);
  for (BlockArgument argument : program.getArguments()) {
    SmallVector<Operation *> stores;
    SmallVector<Value> names = {argument};
    for (Operation *user : argument.getUsers())
      if (isa<kgpu::TensorMapOp>(user))
        names.push_back(user->getResult(0));
    for (Value name : names)
      for (Operation *user : name.getUsers())
        for (MemoryUse use : memoryUses(user))
          if (use.writes && use.memref == name)
            stores.push_back(user);
    if (!stores.empty())
      sites.always(root,
                   "no store to argument " + Twine(argument.getArgNumber()),
                   [stores] {
                     for (Operation *store : stores)
                       store->erase();
                   });
  }
}

/// Something before the end of the program.
static void addAtEnd(Operation *root, Sites &sites, StringRef what,
                     void (*add)(OpBuilder &, Location)) {
  auto program = cast<gpu::GPUFuncOp>(root);
  sites.always(root, what, [program, add]() mutable {
    OpBuilder builder(program.getBody().back().getTerminator());
    add(builder, program.getLoc());
  });
}

void listed::inlineAssembly(Operation *root, Sites &sites) {
  addAtEnd(root, sites, "sleeps", [](OpBuilder &builder, Location loc) {
    LLVM::InlineAsmOp::create(
        builder, loc, TypeRange(), ValueRange(), "nanosleep.u32 100;", "",
        /*has_side_effects=*/true, /*is_align_stack=*/false,
        LLVM::TailCallKind::None, LLVM::AsmDialectAttr(), ArrayAttr());
  });
}

void listed::readsClock(Operation *root, Sites &sites) {
  addAtEnd(root, sites, "reads the clock",
           [](OpBuilder &builder, Location loc) {
             NVVM::Clock64Op::create(builder, loc, builder.getI64Type());
           });
}

void listed::prints(Operation *root, Sites &sites) {
  addAtEnd(root, sites, "prints", [](OpBuilder &builder, Location loc) {
    gpu::PrintfOp::create(builder, loc, builder.getStringAttr("x"),
                          ValueRange());
  });
}

void listed::cachesInGlobal(Operation *root, Sites &sites) {
  addAtEnd(root, sites, "keeps state", [](OpBuilder &builder, Location loc) {
    auto type = MemRefType::get({1}, builder.getI32Type());
    auto module =
        builder.getBlock()->getParent()->getParentOfType<gpu::GPUModuleOp>();
    {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(module.getBody());
      memref::GlobalOp::create(builder, loc, "state",
                               builder.getStringAttr("private"), type,
                               builder.getUnitAttr(), false, IntegerAttr());
    }
    Value state = memref::GetGlobalOp::create(builder, loc, type, "state");
    Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
    Value one = arith::ConstantIntOp::create(builder, loc, 1, 32);
    memref::StoreOp::create(builder, loc, one, state, zero);
  });
}

void listed::floatAtomics(Operation *root, Sites &sites) {
  root->walk([&](kgpu::StoreOp store) {
    if (!isGlobal(store.getMemref()) ||
        !isa<FloatType>(store.getValue().getType()) || store.getPredicate())
      return;
    sites.always(store, "added", [store]() mutable {
      OpBuilder builder(store);
      memref::AtomicRMWOp::create(builder, store.getLoc(),
                                  arith::AtomicRMWKind::addf, store.getValue(),
                                  store.getMemref(), store.getIndices());
      store.erase();
    });
  });
}

void listed::claimsFastMath(Operation *root, Sites &sites) {
  root->walk([&](Operation *op) {
    if (auto interface = dyn_cast<arith::ArithFastMathInterface>(op))
      sites.always(op, "fast", [op, interface]() mutable {
        op->setAttr(interface.getFastMathAttrName(),
                    arith::FastMathFlagsAttr::get(op->getContext(),
                                                  arith::FastMathFlags::fast));
      });
  });
}
