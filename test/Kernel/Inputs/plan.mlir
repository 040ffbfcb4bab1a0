kopt.fusion @plan for @chain {first = ["exp_0", "negf_0"]} rest separate
