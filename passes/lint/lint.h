/// \file lint: what upstream admits without a word although hardly anybody means it (GV61xx).
///
/// Lints look at the set as a whole after admission, and only if its text decodes and fits the schema; findings of the
/// webhook's rules do not stop them. A lint that cannot be sure is silent: there is no way to prove intent, so each
/// says exactly when it speaks.
#pragma once

#include <string>
#include <string_view>

#include "ir/base/context.h"
#include "ir/environment.h"
#include "ir/spec/nodes.h"

namespace grovec::passes {

/// Lints that are off unless their level is set.
struct LintOptions {
  bool latest_images = false;  ///< GV6146
};

/// What a lint may look at.
struct LintView {
  Context& context;
  const ir::PodCliqueSet& set;
  const ir::Environment& environment;
  LintOptions options;
};

/// All lints of one set. Cost depends on the number of templates and the length of their texts, not on replicas.
void lint_set(Context& context, const ir::PodCliqueSet& set, const ir::Environment& environment,
              const LintOptions& options);

// The subjects.
void lint_counts(const LintView& v);
void lint_order(const LintView& v);
void lint_variables(const LintView& v);
void lint_addresses(const LintView& v);
void lint_topology(const LintView& v);
void lint_utilization(const LintView& v);
void lint_pods(const LintView& v);

// --- shared by the lints ---------------------------------------------------------------------------------------------

/// A container of a clique. Most have nothing to report, so its field path is made when somebody asks.
struct ContainerAt {
  const ir::Value& container;
  std::size_t clique;     ///< its index in the template
  std::string_view list;  ///< `containers` or `initContainers`
  std::size_t index;
  std::string path() const;
};

/// Calls `f(ContainerAt)` for each container and init container of a clique.
template <class F>
void for_each_container(const ir::Clique& c, F&& f) {
  if (!c.pod_spec) return;
  for (std::string_view list : {"initContainers", "containers"}) {
    std::size_t n = 0;
    for (const ir::Value& container : (*c.pod_spec)[list].items()) f(ContainerAt{container, c.index, list, n++});
  }
}

/// The most replicas that the spec foresees: its own, or the autoscaler's maximum.
template <class Template>
std::int64_t foreseen_replicas(const Template& t) {
  return t.auto_scaling && t.auto_scaling->max_replicas > t.replicas ? t.auto_scaling->max_replicas : t.replicas;
}

/// The part `text.substr(offset, length)` of a scalar, as a place of its own; the whole scalar if it is written in
/// another way (escapes, folded lines).
OriginId part_of(Context& context, const ir::Value& scalar, std::size_t offset, std::size_t length);

}  // namespace grovec::passes
