//===- TileBuilder.h - Pulls tiles out of structured ops --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A tile program is made by demand: a result's tile demands tiles of the
// operands of the op that defines it, and so on up to loads. A demand names a
// tensor value and an affine map from the tile's coordinates (and symbols:
// offsets that the program has computed) to the tensor's. Views, windows and
// broadcasts are substitutions into that map; reductions add dimensions to the
// tile and, where these do not cover the whole extent, a loop. Equal demands
// are answered once, at the outermost loop that knows their symbols.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SCHEDULE_TILEBUILDER_H
#define KERNEL_OPT_LIB_SCHEDULE_TILEBUILDER_H

#include "OnlineGroup.h"
#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "kernel-opt/Schedule/KernelStructure.h"
#include "kernel-opt/Schedule/TileProgram.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/Support/MathExtras.h"
#include <map>

namespace kernel_opt::schedule {
using namespace mlir;

/// A tile wanted of a tensor: element (d0, d1, ...) is the tensor's element at
/// `map` of these and `symbols`.
struct Demand {
  Value value;
  AffineMap map;
  SmallVector<Value> symbols;
  SmallVector<int64_t> shape;

  bool operator<(const Demand &other) const;
};

/// Tiles that were computed, by what was demanded.
class DemandMap : public std::map<Demand, Value> {
public:
  Value lookup(const Demand &demand) const {
    auto found = find(demand);
    return found == end() ? Value() : found->second;
  }
};

/// What a reduction's body is made of: `elements[i]` (values of the body that
/// do not depend on the accumulators) are combined with accumulator i by `ops`,
/// which yield `yields[i]`.
struct Combiner {
  SmallVector<Value> elements;
  SmallVector<Operation *> ops;
  SmallVector<Value> yields;
  SmallVector<TypedAttr> neutral;
  /// The result of which the lesser one must be combined first, if any: bodies
  /// that keep the first of equal elements carry their number.
  std::optional<unsigned> order;

  /// Which result's element `operand` of `op` is, if any: results that combine
  /// the same element each have their own when partial results meet.
  std::optional<unsigned> elementOf(linalg::LinalgOp parent, Operation *op,
                                    Value operand) const;
};

/// Fails unless the body may be joined in any order; sets its `order` if that
/// is what it takes.
LogicalResult checkCombiner(linalg::LinalgOp op, Combiner &combiner);

class TileBuilder {
public:
  TileBuilder(OpBuilder &builder, const TileOptions &options,
              const KernelStructure &structure, ArrayRef<int64_t> resultTile)
      : options(options), structure(structure), resultTile(resultTile),
        context(builder.getContext()) {}
  ~TileBuilder() {
    for (auto [scan, reduction] : reductions)
      reduction->destroy();
  }

  /// Where results of `body` come from in the program.
  void bindArgument(Value argument, Value memref) {
    arguments[argument] = memref;
  }
  /// Reductions of the kernel, in program order.
  void numberReductions(Block &body);

  /// Opens the outermost scope, whose code goes before `before`.
  void openScope(Operation *before, ArrayRef<Value> symbols);
  /// Opens the scope of a loop's body inside of the current one.
  void enterLoop(scf::ForOp loop, Value inductionVar);
  void leaveLoop(Operation *before);
  OpBuilder &at();

  /// The tile that `demand` wants, null after a diagnostic.
  Value compute(Demand demand);
  /// Computes a tile of a result and writes it to its place in `memref`.
  LogicalResult store(const Demand &demand, Value memref);

  Location loc(Value value) const { return value.getLoc(); }

private:
  struct Scope {
    Operation *before;
    SmallVector<Value> symbols;
    DemandMap answers;
  };
  /// The iteration space of a structured op seen from a demand.
  struct Iteration {
    SmallVector<AffineExpr>
        coordinates; ///< of each loop, over tile and symbols
    SmallVector<Value> symbols;
    SmallVector<int64_t> shape;
  };
  /// One dimension of a reduction, of one loop or of several in row-major
  /// order: tile extent, and the loop around it if any.
  struct ReductionDim {
    SmallVector<unsigned, 3> loops;
    SmallVector<int64_t, 3> extents; ///< of the loops
    int64_t tile;
    AffineExpr position; ///< over tile and symbols

    int64_t extent() const { return llvm::product_of(extents); }
    int64_t trips() const { return llvm::divideCeil(extent(), tile); }
    bool ragged() const { return trips() * tile != extent(); }
    /// Says where the loops are in `space`.
    void place(Iteration &space) const;
    /// Adds the dimension to the tile of `space`.
    void addTo(Iteration &space, MLIRContext *context);
  };

  /// Values that stand for an unfinished result inside of the loop that carries
  /// it, and all that is computed from such results.
  struct Running {
    size_t level; ///< of the loop's scope
    std::map<Value, std::pair<Demand, Value>, bool (*)(Value, Value)> tiles{
        [](Value a, Value b) {
          return a.getAsOpaquePointer() < b.getAsOpaquePointer();
        }};
    DenseSet<Value> dependents;
  };

  /// The outermost scope that knows every symbol, `least` or deeper.
  size_t scopeLevel(ArrayRef<Value> symbols, size_t least = 0) const;
  /// Runs `work` with that scope as the current one.
  bool inScopeOf(ArrayRef<Value> symbols, function_ref<bool()> work,
                 size_t least = 0);
  /// The demand without dimensions that it does not depend on; `from` says for
  /// each of them which one it is now, or -1.
  Demand normalize(Demand demand, SmallVectorImpl<int64_t> &from) const;
  Value computeInScope(const Demand &demand);
  Value computeDefined(const Demand &demand, Operation *op);
  /// `padding`: what lies outside, zero if not given.
  Value computeLoad(const Demand &demand, Value memref, TypedAttr padding = {});
  // Pads and insertions (TileReshape.cpp).
  Value computePad(const Demand &demand, tensor::PadOp op);
  Value computeInsert(const Demand &demand, tensor::InsertSliceOp op);
  /// An element read at computed coordinates that are affine in the loops.
  Value computeExtract(tensor::ExtractOp op, const Iteration &space);
  Value computeParallel(const Demand &demand, linalg::LinalgOp op);
  Value computeReduction(const Demand &demand, linalg::LinalgOp op);
  /// What is combined over all iterations, without the initial values.
  FailureOr<SmallVector<Value>> reduceAll(const Demand &demand,
                                          linalg::LinalgOp op,
                                          const Combiner &combiner);
  FailureOr<SmallVector<Value>> reduceBySteps(linalg::LinalgOp op,
                                              const Combiner &combiner,
                                              Iteration space,
                                              ArrayRef<ReductionDim> dims);
  /// Lets the accumulators' initial values join.
  LogicalResult joinInitial(const Demand &demand, linalg::LinalgOp op,
                            const Combiner &combiner,
                            SmallVectorImpl<Value> &totals);
  // Windows (TileWindow.cpp).
  /// Part of an operand in shared memory: the element at coordinate c lies at
  /// c - origin, which is an expression of the symbols alone.
  struct StagedWindow {
    Value buffer;
    SmallVector<AffineExpr> origin;
    SmallVector<int64_t> box;
  };
  Value loadWindow(const StagedWindow &window, ArrayRef<AffineExpr> coordinates,
                   const Iteration &space);
  /// Whether overlapping windows make it worth while to keep what a tile of
  /// them reads in shared memory.
  bool isWindowed(linalg::LinalgOp op, const Iteration &space,
                  ArrayRef<ReductionDim> dims);
  /// The part of an operand that `space` and the loops of `dims` touch, each
  /// coordinate linear: where it begins and how large it is.
  std::optional<std::pair<SmallVector<AffineExpr>, SmallVector<int64_t>>>
  windowBox(OpOperand &operand, const Iteration &space,
            ArrayRef<ReductionDim> dims);
  /// Brings a part of an operand to shared memory.
  LogicalResult stageWindow(OpOperand &operand, const Iteration &space,
                            ArrayRef<AffineExpr> origin, ArrayRef<int64_t> box);
  FailureOr<SmallVector<Value>> reduceWindows(linalg::LinalgOp op,
                                              const Combiner &combiner,
                                              const Iteration &space,
                                              ArrayRef<ReductionDim> dims);
  // Scans (TileScan.cpp).
  Value computeScan(const Demand &demand, linalg::LinalgOp op);
  /// The same places as masked reductions over all that lies before.
  Value computePrefix(const Demand &demand, linalg::LinalgOp op,
                      const Iteration &space);
  /// What the body yields for the demanded result once the accumulators are
  /// `running`.
  Value yieldOfScan(const Demand &demand, linalg::LinalgOp op,
                    const Iteration &space, ArrayRef<Value> running);
  FailureOr<SmallVector<Value>>
  initialOfScan(linalg::LinalgOp op, const Iteration &space, unsigned dim);
  /// The last value of an accumulator: an ordinary reduction.
  Value computeLast(const Demand &demand, linalg::LinalgOp op,
                    linalg::LinalgOp reduction);
  /// Scans a tile; `tiles` is the loop over the tiles along `dim`, if there are
  /// several, which carries what lies before.
  Value scanTile(const Demand &demand, linalg::LinalgOp op,
                 linalg::LinalgOp reduction, const Iteration &space,
                 unsigned dim, scf::ForOp tiles);
  /// The reduction that a scan's accumulators are, without running results.
  linalg::LinalgOp reductionOf(linalg::LinalgOp op);
  /// Lets `loop` carry one more value; gives its place in the body. The
  /// terminator hands it on unchanged.
  Value addCarried(scf::ForOp loop, Value initial);
  Value computeDot(linalg::LinalgOp op, const Iteration &space,
                   const Demand &demand, ArrayRef<ReductionDim> dims);
  /// The product of one step, without what was summed before; `member` says
  /// whether a factor is a weight.
  Value dotOfStep(linalg::LinalgOp op, const Iteration &step, unsigned parallel,
                  ArrayRef<ReductionDim> dims, const OnlineMember *member);

  /// Whether `value` is computed from a result that a loop around carries.
  bool isRunning(Value value) const {
    return llvm::any_of(running, [&](const Running &unfinished) {
      return unfinished.dependents.contains(value);
    });
  }
  /// Results of reductions that depend on each other, by one loop.
  struct OnlineLoop;
  Value computeOnline(const Demand &demand, linalg::LinalgOp op,
                      ArrayRef<OnlineMember> group);
  LogicalResult prepareOnline(const Demand &demand, linalg::LinalgOp op,
                              OnlineLoop &state);
  Operation *openOnline(OnlineLoop &state, Location loc);
  LogicalResult runOnlineSteps(OnlineLoop &state, Location loc);
  FailureOr<Value> onlineStep(OnlineLoop &state, unsigned number);
  Value standInOf(OnlineLoop &state, unsigned number, Value next, Location loc);
  FailureOr<SmallVector<Value>> finishOnline(OnlineLoop &state, Location loc);
  /// Where the loop must run: pieces that masks leave nothing of are skipped.
  void boundOnline(OnlineLoop &state, Location loc, Value &lower, Value &upper);
  Value rescaleFactor(OnlineLoop &state, const Dependence &dependence,
                      Location loc);
  /// `tile`, one of `stat`'s result, over the dimensions of a member's.
  Value alignTo(Value tile, linalg::LinalgOp stat, const OnlineLoop &state,
                unsigned member);

  /// The factor `value` of a product over the dimensions `order` of `space`.
  Value sideTile(linalg::LinalgOp op, Value value, const Iteration &space,
                 ArrayRef<unsigned> order);
  Value zeroBeyond(Value tile, const Iteration &space, ArrayRef<unsigned> order,
                   const ReductionDim &dim);

  FailureOr<Iteration> iterationSpace(const Demand &demand,
                                      linalg::LinalgOp op);
  /// Tiles of the op's operands (null for those not read) over `space`.
  LogicalResult bindOperands(linalg::LinalgOp op, const Iteration &space,
                             IRMapping &mapping);
  LogicalResult bindOperand(linalg::LinalgOp op, OpOperand &operand,
                            const Iteration &space, IRMapping &mapping);
  /// Repeats the scalar op on tiles of `space`.
  LogicalResult inlineScalar(Operation *op, const Iteration &space,
                             IRMapping &mapping);
  Value lookupTile(Value scalar, ArrayRef<int64_t> shape, IRMapping &mapping);

  FailureOr<Combiner> analyzeCombiner(linalg::LinalgOp op);
  SmallVector<ReductionDim> reductionDims(linalg::LinalgOp op,
                                          ArrayRef<int64_t> parallel);
  /// All of `dims` as one.
  ReductionDim joinedDim(linalg::LinalgOp op, ArrayRef<ReductionDim> dims);
  bool isContraction(linalg::LinalgOp op, const Iteration &space,
                     const Demand &demand, ArrayRef<ReductionDim> dims);
  /// Swaps those elements whose order says so.
  static void sortPair(OpBuilder &builder, const Combiner &combiner,
                       SmallVectorImpl<Value> &left,
                       SmallVectorImpl<Value> &right, Location loc);
  SmallVector<Value> combine(const Combiner &combiner, ArrayRef<Value> left,
                             ArrayRef<Value> right, Location loc);
  SmallVector<Value> reduceAlong(const Combiner &combiner,
                                 ArrayRef<Value> tiles, int64_t dim,
                                 Location loc);
  ktile::ScanOp scanAlong(const Combiner &combiner, ArrayRef<Value> tiles,
                          int64_t dim, Location loc);
  /// Makes the body of a `ktile.reduce` or `ktile.scan` of `tiles`.
  void fillBody(Region &region, const Combiner &combiner, ArrayRef<Value> tiles,
                Location loc);
  FailureOr<SmallVector<Value>> elementsOfStep(linalg::LinalgOp op,
                                               const Combiner &combiner,
                                               const Iteration &space,
                                               ArrayRef<ReductionDim> dims);
  using Step = function_ref<LogicalResult(const Iteration &, ArrayRef<Value>,
                                          SmallVectorImpl<Value> &)>;
  /// Runs `step` for each chunk of the reduction, `carried` from one to the
  /// next.
  FailureOr<SmallVector<Value>> loopOverSteps(Location loc,
                                              const Iteration &space,
                                              ArrayRef<ReductionDim> dims,
                                              ArrayRef<Value> initial,
                                              Step step);

  /// A tile of one value; `literal` is the constant that it comes from, if any.
  Value splat(TypedAttr value, ArrayRef<int64_t> shape, Location loc,
              Operation *literal = nullptr);
  Value view(Value tile, ArrayRef<int64_t> from, ArrayRef<int64_t> shape,
             Location loc);
  /// A tile of `map`'s value (IndexOp) or whether it is in bounds, made over
  /// the dimensions that the map uses and then repeated.
  Value indexTile(AffineExpr expr, const Iteration &space, Location loc);
  Value maskTile(ArrayRef<AffineExpr> exprs, ArrayRef<int64_t> bounds,
                 const Iteration &space, Location loc);
  template <typename MakeFn>
  Value overUsedDims(AffineMap map, const Iteration &space, Location loc,
                     MakeFn make);

  const TileOptions &options;
  const KernelStructure &structure;
  SmallVector<int64_t> resultTile; ///< tile extents of the first result
  MLIRContext *context;
  DenseMap<Value, Value> arguments;
  DenseMap<Operation *, unsigned> reductionNumber;
  std::vector<Scope> scopes;
  std::vector<Running> running;
  std::optional<OpBuilder> scopeBuilder;
  DenseMap<OpOperand *, StagedWindow> windows;
  /// Made from scans, outside of all blocks.
  DenseMap<Operation *, Operation *> reductions;
};

/// The map without unused symbols (dropped from `symbols` too), simplified.
AffineMap simplifyDemandMap(AffineMap map, SmallVectorImpl<Value> &symbols);

/// An integer of an op's body as an expression of the loops' coordinates, null
/// if it is not affine.
AffineExpr affineOf(Value value, ArrayRef<AffineExpr> coordinates);

template <typename MakeFn>
Value TileBuilder::overUsedDims(AffineMap map, const Iteration &space,
                                Location loc, MakeFn make) {
  SmallVector<AffineExpr> dims;
  SmallVector<int64_t> from, shape;
  for (auto [d, extent] : llvm::enumerate(space.shape)) {
    bool used = map.isFunctionOfDim(d);
    dims.push_back(used ? getAffineDimExpr(shape.size(), context)
                        : getAffineConstantExpr(0, context));
    from.push_back(used ? int64_t(shape.size()) : -1);
    if (used)
      shape.push_back(extent);
  }
  SmallVector<Value> symbols(space.symbols);
  AffineMap narrow = simplifyDemandMap(
      map.replaceDimsAndSymbols(dims, {}, shape.size(), map.getNumSymbols()),
      symbols);
  return view(make(narrow, symbols, shape), from, space.shape, loc);
}

/// A value whose elements are those of `source`: where `map` says.
struct ReadThrough {
  Value source;
  AffineMap map;
};
/// Nothing if `op` is no cast, reshape or slice at a constant place.
std::optional<ReadThrough> readThrough(Operation *op);

/// Coordinates, in a space of these extents, of a row-major position.
SmallVector<AffineExpr> splitPosition(AffineExpr position,
                                      ArrayRef<int64_t> extents);

/// The value that every element of a filled tensor or a splat constant has.
TypedAttr getUniformValue(Value tensor);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_LIB_SCHEDULE_TILEBUILDER_H
