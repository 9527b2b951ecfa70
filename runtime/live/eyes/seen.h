/// \file One version of a live object, as rules read it, and what its place in the store depends on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "ir/value/value.h"
#include "runtime/decide/observed.h"

namespace grovec::live {

using decide::Kind;

/// A PodCliqueSet, with the tree that it is compiled from.
struct LiveManifest {
  decide::LiveSet live;
  ir::Value tree;  ///< without managedFields; belongs to live.memory
};

/// A ClusterTopologyBinding or another object that sets are compiled with.
struct LiveFact {
  ir::Value tree;
  std::shared_ptr<const void> memory;
};

/// Immutable, shared.
using Typed = std::variant<std::monostate, std::shared_ptr<const decide::LivePod>,
                           std::shared_ptr<const decide::LiveClique>, std::shared_ptr<const decide::LiveGroup>,
                           std::shared_ptr<const LiveManifest>, std::shared_ptr<const decide::LiveGang>,
                           std::shared_ptr<const decide::LiveObject>, std::shared_ptr<const LiveFact>>;

struct Seen {
  Kind kind{};
  std::string namespace_, name, uid;
  std::uint64_t resource_version = 0;
  std::string set;        ///< the label that says which set it belongs to; empty without, or if nobody of ours manages it
  std::string owner_uid;  ///< of the controller
  Typed typed;

  template <class T>
  const T* as() const {
    const auto* p = std::get_if<std::shared_ptr<const T>>(&typed);
    return p ? p->get() : nullptr;
  }
};

}  // namespace grovec::live
