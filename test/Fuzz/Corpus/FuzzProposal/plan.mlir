kopt.fusion @p for @f {"k" = ["neg#0", "neg#1"]} rest separate
