// RUN: kernel-opt %s --test-kopt-dialects -verify-diagnostics -o /dev/null

// A pass that depends on our dialects gets all of them loaded.
// expected-remark@below {{dialect 'aten' is loaded}}
// expected-remark@below {{dialect 'kgpu' is loaded}}
// expected-remark@below {{dialect 'kopt' is loaded}}
module {}
