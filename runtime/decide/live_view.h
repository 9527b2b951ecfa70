/// \file An index of what is observed by what it should be: every PodClique, group, gang and pod at its indices, wanted
/// or not. Made once for each call of `decide`; every rule reads it and nothing else.
///
/// A *cell* is a place in the set: set replica i, group replica j, clique c. It exists if it is wanted, or if something
/// lives there. Cells are in a fixed order: by set replica; inside it standalone cliques in list order, then group by
/// group, replica by replica, the members in the order of cliqueNames.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/decide/facts.h"
#include "runtime/decide/observed.h"
#include "runtime/decide/world.h"

namespace grovec::decide {

/// Numbers over the pods of one PodClique (present uid). "All" counts pods that are marked for deletion, too, as the
/// status formulas do (reference: runtime 14.1); the others do not.
struct PodCounts {
  std::int32_t live = 0;               ///< not marked
  std::int32_t wanted_slots_live = 0;  ///< not marked, not finished
  std::int32_t ready = 0, ready_all = 0;
  std::int32_t scheduled = 0, scheduled_all = 0;
  std::int32_t gated_all = 0;            ///< PodScheduled=False, SchedulingGated
  std::int32_t updated_all = 0;          ///< hash label is the cell's target hash
  std::int32_t old_live = 0;             ///< not marked, another hash than the target
  std::int32_t failing_all = 0;          ///< E: not Ready, failed once (or finished: those are no "starting" pods)
  std::int32_t unready_started_all = 0;  ///< S: not Ready, not in E, a main container started but not ready
  bool has_gate = false;                 ///< a pod that is not marked carries our gate
  // Of those that are not marked:
  bool in_order = true;          ///< each has an index of its own
  bool complete = true;          ///< owners and index labels are as we write them
  bool alike = true;             ///< all have one and the same labels, those of `any`
  const LivePod* any = nullptr;  ///< null if there is none
};

/// One PodClique.
struct CliqueCell {
  ir::CliqueId clique{};
  std::optional<std::uint32_t> group;  ///< index into LiveView::groups; none = standalone
  std::uint32_t replica = 0;           ///< index into LiveView::replicas
  std::uint32_t i = 0, j = 0;
  bool wanted = false;
  bool occupied = false;             ///< its name belongs to an object that is not ours: nothing can be made yet
  const LiveClique* live = nullptr;  ///< may be marked; its controller is there and not marked, or it has none
  std::uint32_t wanted_pods =
      0;  ///< spec.replicas of the live object if it is not marked, else the size it will be born with
  std::uint32_t min_available = 0;  ///< the live object's if it is there, else the template's
  std::string_view target_hash;  ///< what its pods should carry: members under RollingRecreate the live label, else the
                                 ///< compiled hash as stored
  std::string_view own_hash;     ///< hash label of the live object
  std::string_view compiled_hash;                ///< pod template hash of the set's template, as stored (facts: hashes)
  std::span<const LivePod* const> pods;          ///< controlled by live->meta.uid; by index, then creation, then name
  std::span<const LivePod* const> pods_by_name;  ///< the same, by name
  PodCounts counts;

  bool is_there() const { return live && !live->meta.deleted; }
  bool is_standalone() const { return !group; }
  /// There, and its label is the compiled hash.
  bool is_current() const;
};

/// One scaling group.
struct GroupCell {
  ir::GroupId group{};
  std::uint32_t replica = 0;  ///< index into LiveView::replicas
  std::uint32_t i = 0;
  bool wanted = false;
  bool occupied = false;              ///< as above
  const LiveGroup* live = nullptr;    ///< may be marked
  std::uint32_t wanted_replicas = 0;  ///< live spec.replicas, else the remembered size, else the template's
  std::uint32_t min_available = 1;
  std::uint32_t first = 0, last = 0;  ///< its member cells: LiveView::cliques[first, last), `members` for each row
  std::uint32_t members = 0;          ///< number of cliques of one replica
  std::uint32_t first_gang = 0;       ///< its scaled gangs: LiveView::gangs[first_gang + j - minAvailable], if wanted
  /// A row is a group replica that is wanted or lives: rows 0..wanted_replicas-1 are the wanted ones in order, behind
  /// them come those that are too many, by index (which may have gaps).
  std::uint32_t rows() const { return members ? (last - first) / members : 0; }
  bool is_there() const { return live && !live->meta.deleted; }
};

/// One PodGang: of a set replica (base), or of a group replica at or above minAvailable (scaled).
struct GangCell {
  std::uint32_t replica = 0;  ///< index into LiveView::replicas
  std::uint32_t i = 0;
  std::optional<std::uint32_t> group;  ///< index into LiveView::groups; none = base
  std::uint32_t j = 0;                 ///< of a scaled gang: the group replica
  bool wanted = false;
  bool occupied = false;  ///< as above
  const LiveGang* live = nullptr;
  bool is_there() const { return live && !live->meta.deleted; }
};

/// One set replica.
struct ReplicaCell {
  std::uint32_t i = 0;
  bool wanted = false;
  std::uint32_t first_clique = 0, last_clique = 0;  ///< all its cells
  std::uint32_t last_standalone = 0;                ///< standalone ones are [first_clique, last_standalone)
  std::uint32_t first_group = 0, last_group = 0;
  std::uint32_t first_gang = 0, last_gang = 0;  ///< the base gang first
};

/// See \file. Points into World and Observed, which must outlive it.
class LiveView {
 public:
  /// With the facts that are stored, or with `facts` in their place (about to be stored).
  LiveView(const World& world, const Observed& observed);
  LiveView(const World& world, const Observed& observed, Facts facts);
  /// Of some set replicas only: `part` has what is theirs and the set's, `replicas` are their indices, in order and all
  /// wanted. `whole` is everything that is observed.
  LiveView(const World& world, const Observed& part, const Observed& whole, Facts facts,
           std::span<const std::uint32_t> replicas);

  const World& world() const { return *world_; }
  const Observed& observed() const { return *observed_; }
  const LiveSet& set() const { return *observed_->set; }
  const Facts& facts() const { return facts_; }
  std::uint32_t wanted_replicas() const { return wanted_replicas_; }  ///< spec.replicas of the live set
  std::string_view set_hash() const { return set_hash_; }             ///< compiled generation hash, as stored

  /// By i: 0..wanted_replicas-1 (or some of them), behind them those that are too many (there may be gaps).
  std::span<const ReplicaCell> replicas() const { return replicas_; }
  /// Set replica i; null if it is not in the view.
  const ReplicaCell* replica(std::uint32_t i) const;
  std::span<const GroupCell> groups() const { return groups_; }
  std::span<const CliqueCell> cliques() const { return cliques_; }
  std::span<const GangCell> gangs() const { return gangs_; }

  std::span<const CliqueCell> cliques_of(const ReplicaCell& r) const { return between(r.first_clique, r.last_clique); }
  std::span<const CliqueCell> standalone_of(const ReplicaCell& r) const {
    return between(r.first_clique, r.last_standalone);
  }
  std::span<const GroupCell> groups_of(const ReplicaCell& r) const {
    return std::span(groups_).subspan(r.first_group, r.last_group - r.first_group);
  }
  std::span<const GangCell> gangs_of(const ReplicaCell& r) const {
    return std::span(gangs_).subspan(r.first_gang, r.last_gang - r.first_gang);
  }
  /// Members of a row of the group; the replica's index is the `j` of each.
  std::span<const CliqueCell> row_of(const GroupCell& g, std::uint32_t row) const {
    return between(g.first + row * g.members, g.first + (row + 1) * g.members);
  }
  /// Members of group replica j; empty if it is neither wanted nor lives.
  std::span<const CliqueCell> members_of(const GroupCell& g, std::uint32_t j) const;
  const ReplicaCell& replica_of(const CliqueCell& c) const { return replicas_[c.replica]; }
  const ReplicaCell& replica_of(const GroupCell& g) const { return replicas_[g.replica]; }
  const ReplicaCell& replica_of(const GangCell& g) const { return replicas_[g.replica]; }
  std::uint32_t index_of(const GangCell& g) const { return static_cast<std::uint32_t>(&g - gangs_.data()); }
  std::uint32_t index_of(const CliqueCell& c) const { return static_cast<std::uint32_t>(&c - cliques_.data()); }
  std::uint32_t index_of(const ReplicaCell& r) const { return static_cast<std::uint32_t>(&r - replicas_.data()); }
  std::uint32_t index_of(const GroupCell& g) const { return static_cast<std::uint32_t>(&g - groups_.data()); }
  const GroupCell* group_of(const CliqueCell& c) const { return c.group ? &groups_[*c.group] : nullptr; }
  /// Whether the member belongs to a scaled gang (j >= minAvailable).
  bool is_scaled(const CliqueCell& c) const { return c.group && c.j >= groups_[*c.group].min_available; }
  /// The gang that the cell's pods belong to; null if there is no such cell.
  const GangCell* gang_of(const CliqueCell& c) const;

  ir::Instance instance(const CliqueCell& c) const;
  ir::Instance instance(const GroupCell& g) const;
  ir::Instance instance(const GangCell& g) const;
  std::string name(const CliqueCell& c) const;
  std::string name(const GroupCell& g) const;
  std::string name(const GangCell& g) const;

  /// Pods whose controller is no PodClique that lives at a cell: none at all (orphans), or a uid that is gone. By
  /// host name, then creation, then name.
  std::span<const LivePod* const> stray_pods() const { return stray_pods_; }
  /// Those of them with the cell's host name and this index.
  std::span<const LivePod* const> strays_at(std::string_view clique_name, std::int32_t index) const;
  /// Whether a pod of this name is there, marked or not, ours or not.
  bool has_pod_named(std::string_view name) const;
  /// PodCliques, groups and gangs at no cell: names that fit nothing the set could have, a controller that is marked
  /// or gone, or somebody else's controller.
  std::span<const LiveClique* const> stray_cliques() const { return stray_cliques_; }
  std::span<const LiveGroup* const> stray_groups() const { return stray_groups_; }
  std::span<const LiveGang* const> stray_gangs() const { return stray_gangs_; }
  bool has_strays() const {
    return !stray_pods_.empty() || !stray_cliques_.empty() || !stray_groups_.empty() || !stray_gangs_.empty();
  }

  /// Parallel to the lists of what is observed: the i of the set replica that each belongs to; of a stray: kNoReplica.
  struct Replicas {
    std::vector<std::uint32_t> groups, cliques, gangs, pods;
  };
  static constexpr std::uint32_t kNoReplica = UINT32_MAX;
  const Replicas& replicas_of() const { return replicas_of_; }

 private:
  void build();
  std::span<const CliqueCell> between(std::uint32_t first, std::uint32_t last) const {
    return std::span(cliques_).subspan(first, last - first);
  }

  const World* world_;
  const Observed* observed_;
  const Observed* whole_;
  Facts facts_;
  std::optional<std::span<const std::uint32_t>> only_;  // while it is built
  Replicas replicas_of_;
  std::uint32_t wanted_replicas_ = 0;
  std::string_view set_hash_;
  std::vector<ReplicaCell> replicas_;
  std::vector<GroupCell> groups_;
  std::vector<CliqueCell> cliques_;
  std::vector<GangCell> gangs_;
  std::vector<const LivePod*> pods_, pods_by_name_;
  std::vector<const LivePod*> stray_pods_;
  std::vector<const LiveClique*> stray_cliques_;
  std::vector<const LiveGroup*> stray_groups_;
  std::vector<const LiveGang*> stray_gangs_;

  friend class ViewBuilder;
};

}  // namespace grovec::decide
