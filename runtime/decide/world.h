/// \file What a set asks for, prepared for comparing it with what lives: the compiled set, its plan, and where in the
/// plan each clique, group and gang is described.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ir/desired/objects.h"
#include "runtime/decide/observed.h"

namespace grovec::decide {

enum class Strategy : std::uint8_t { kRollingRecreate, kOnDelete };

/// PodCliques of one template.
struct CliqueLayout {
  ir::CliqueId id{};
  std::optional<ir::GroupId> group;
  std::uint32_t position = 0;  ///< among its group's cliques; of a standalone one among the standalone
  ir::Value name;              ///< pattern of the PodClique's name
  ir::DescriptionId base{}, scaled{};
  ir::CliqueShapeId base_shape{}, scaled_shape{};
  std::uint32_t template_pods = 0, min_available = 0;
  bool has_autoscaler = false;
};

/// Scaling groups of one configuration.
struct GroupLayout {
  ir::GroupId id{};
  std::vector<ir::CliqueId> cliques;  ///< members, in the order of cliqueNames
  ir::Value name;
  ir::DescriptionId description{};
  ir::DescriptionId gang{};  ///< of its scaled gangs
  std::uint32_t template_replicas = 0, min_available = 1;
  bool has_autoscaler = false;
};

/// One compiled set. Immutable; cheap to share, not to make: one for each version of the set's template. The size of
/// the set itself is the live object's. Everything it points at must outlive it.
class World {
 public:
  /// `plan` was made with owner references. Both outlive the world.
  World(const ir::Desired& desired, const ir::ObjectPlan& plan);

  const ir::Desired& desired() const { return *desired_; }
  const ir::ObjectPlan& plan() const { return *plan_; }
  const ir::PodCliqueSet& set() const { return *desired_->set; }
  std::string_view name() const { return set().name; }
  std::string_view namespace_() const { return set().namespace_; }
  /// Distinguishes worlds of one process in memos; not part of any decision.
  std::uint32_t number() const { return number_; }

  Strategy strategy() const { return strategy_; }
  std::int64_t termination_delay_ns() const { return set().termination_delay_ns; }
  const std::string& generation_hash() const { return desired_->generation_hash; }  ///< as computed
  const std::string& template_hash(ir::CliqueId c) const {
    return desired_->template_hashes[static_cast<std::size_t>(c)];
  }

  const std::vector<CliqueLayout>& cliques() const { return cliques_; }  ///< by CliqueId
  const std::vector<GroupLayout>& groups() const { return groups_; }     ///< by GroupId
  const std::vector<ir::CliqueId>& standalone() const { return standalone_; }
  const CliqueLayout& layout(ir::CliqueId c) const { return cliques_[static_cast<std::size_t>(c)]; }
  const GroupLayout& layout(ir::GroupId g) const { return groups_[static_cast<std::size_t>(g)]; }
  ir::DescriptionId base_gang() const { return base_gang_; }
  /// PodCliques of one set replica whose groups have template size.
  std::uint32_t members_of(ir::GroupId g) const { return static_cast<std::uint32_t>(layout(g).cliques.size()); }

 private:
  const ir::Desired* desired_;
  const ir::ObjectPlan* plan_;
  std::uint32_t number_;
  Strategy strategy_;
  std::vector<CliqueLayout> cliques_;
  std::vector<GroupLayout> groups_;
  std::vector<ir::CliqueId> standalone_;
  ir::DescriptionId base_gang_{};
};

}  // namespace grovec::decide
