/// \file What a compile works on: each pass reads what earlier ones made and adds its own part.
#pragma once

#include "ir/base/context.h"
#include "ir/desired/nodes.h"
#include "ir/environment.h"
#include "ir/spec/nodes.h"

namespace grovec::passes {

/// Owns nothing that outlives the context. `desired` points at `spec` and `environment`, so a Module stays where it is.
struct Module {
  Context& context;
  const ir::Environment& environment;
  ir::Value manifest;     ///< as the frontend read it
  ir::Value defaulted;    ///< as the API server would store it
  ir::PodCliqueSet spec;  ///< typed view of `defaulted`
  ir::Desired desired;

  Module(Context& c, const ir::Environment& e, ir::Value m) : context(c), environment(e), manifest(m) {}
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
};

}  // namespace grovec::passes
