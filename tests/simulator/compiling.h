/// \file Sets of the simulated cluster through the compiler: admission for people, worlds for the operator.
#pragma once

#include <memory>
#include <string>

#include "runtime/driver/compile_set.h"
#include "runtime/simulate/operator.h"

namespace grovec::simulator {

using simulate::Instant;
using simulate::Key;
using simulate::Kind;
using simulate::Object;
using simulate::ObjectPtr;

/// What surrounds the sets: configuration, bindings, claim templates.
struct Surroundings {
  Context context;
  ir::ClusterFacts facts;
};

/// A set as people submit it, admitted or not.
struct Submission {
  bool accepted = false;
  simulate::Part stored;  ///< with defaults
  std::string message;    ///< why not
};
/// `old` is null for a create.
Submission submit(const ir::Value& manifest, const ir::Value* old, const Surroundings& surroundings);

/// Compiles what is stored; the same content is compiled once. `surroundings` outlives it.
simulate::Compiler make_compiler(const Surroundings& surroundings);

}  // namespace grovec::simulator
