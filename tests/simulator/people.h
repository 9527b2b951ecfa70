/// \file People at the simulated cluster: kubectl, and hands on nodes and pods.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/simulate/cluster.h"
#include "tests/simulator/aliases.h"
#include "tests/simulator/compiling.h"
#include "tests/simulator/steps.h"

namespace grovec::simulator {

/// What a step came to.
struct Outcome {
  bool done = true;
  std::string message;  ///< why it was refused, or what is odd about it
};

/// The cliques of `set` that `names` (joined by commas) lists, in that order.
std::vector<ir::Value> cliques_in_order(const simulate::Object& set, const std::string& names);

class People {
 public:
  /// All outlive it. Files of `kubectl create -f` are looked for in `folder`.
  People(simulate::Cluster& cluster, const Aliases& aliases, Surroundings& surroundings, std::string folder)
      : cluster_(cluster), aliases_(aliases), surroundings_(surroundings), folder_(std::move(folder)) {}

  /// Does a step; not for waits, expectations and what concerns the operator.
  Outcome act(const Step& step);
  /// Remembers where pods are, for `<node of …>`.
  void changed(const simulate::Change& change);

  /// `text` with each `<node of NAME#n>` replaced by the name of the node.
  std::string with_nodes(const std::string& text) const;

  const std::string& set_namespace() const { return namespace_; }
  const std::string& set() const { return set_; }
  /// Pods of the set as it was created.
  std::uint64_t pods_of_template() const { return pods_of_template_; }

 private:
  Outcome create(const Step& step);
  Outcome create_set(const ir::Value& manifest);
  Outcome scale(const Step& step);
  Outcome patch(const Step& step);
  Outcome metadata(const Step& step);
  Outcome reorder(const Step& step);
  Outcome remove(const Step& step);
  Outcome cordon(const Step& step, bool cordoned);
  Outcome uncordon_some(std::int64_t nodes);
  Outcome set_nodes(const Step& step);
  Outcome pod_status(const Step& step);
  Outcome behaviour(const Step& step);
  /// Writes a changed set, after admission.
  Outcome update_set(const simulate::ObjectPtr& before, const ir::Value& after, bool expect_refusal);
  simulate::ObjectPtr find(const Step& step) const;
  simulate::ObjectPtr find_pod(const std::string& alias) const;

  simulate::Cluster& cluster_;
  const Aliases& aliases_;
  Surroundings& surroundings_;
  std::string folder_;
  std::string namespace_ = "default", set_;
  std::uint64_t pods_of_template_ = 0;
  std::map<std::string, std::string> node_of_;  // by uid of the pod
};

/// JSON as a tree in the context's memory; null if it is none.
ir::Value read_json_text(Context& context, const std::string& text);

}  // namespace grovec::simulator
