//===- AtenRecurrence.td - Recurrent nets ------------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENRECURRENCE_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENRECURRENCE_TD

include "kernel-opt/Dialect/Aten/AtenBase.td"

def Aten_RecurrenceOp : Aten_Op<"recurrence", "rules::recurrence(rule, op.getCell())"> {
  let summary = "recurrence of one layer and direction of a recurrent net";
  let description = [{
    The part of lstm, gru and rnn that runs over time. `projected` (T x B x G*H)
    is the input already multiplied by the input weights, their bias added;
    `weight_hh` (G*H x H) and the optional `bias_hh` (G*H) act on the hidden
    state. G is the number of gates: 4 for `lstm` (in the order i, f, g, o), 3 for
    `gru` (r, z, n), 1 otherwise. The states (B x H) are those
    before the first step. With p and q the parts of
    `projected[t]` and of `h * weight_hh^T + bias_hh` per gate, a step is

    * lstm: `c = sigmoid(pf + qf) * c + sigmoid(pi + qi) * tanh(pg + qg)`,
      `h = sigmoid(po + qo) * tanh(c)`
    * gru: `n = tanh(pn + sigmoid(pr + qr) * qn)`, `z = sigmoid(pz + qz)`,
      `h = n + z * (h - n)`
    * rnn: `h = tanh(p + q)` or `max(p + q, 0)`.

    Results are h of every step (T x B x H) and the last states. With
    `reverse`, time runs from T-1 to 0. `rest` holds the hidden state, the cell
    state (lstm alone), and `bias_hh` if there is one.

    ```mlir
    %y, %hn, %cn = aten.recurrence %p, %w, %h, %c {cell = #aten.cell<lstm>}
        : (tensor<9x2x32xf32>, tensor<32x8xf32>, tensor<2x8xf32>,
           tensor<2x8xf32>)
        -> (tensor<9x2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>)
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$projected, Aten_FloatTensor:$weight_hh,
    Variadic<Aten_FloatTensor>:$rest, Aten_CellAttr:$cell,
    Aten_Flag<"false">:$reverse);
  let results = (outs Aten_FloatTensor:$output,
    Variadic<Aten_FloatTensor>:$last_states);
}

#endif // KERNEL_OPT_DIALECT_ATEN_ATENRECURRENCE_TD
