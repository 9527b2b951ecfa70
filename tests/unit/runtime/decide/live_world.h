/// \file A live world in a few lines: a manifest, everything it compiles to alive and Ready, and the means to change
/// one thing after the other.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/decide/termination.h"
#include "runtime/driver/compile.h"
#include "tests/unit/support/folder.h"

namespace grovec::decide::testing {

/// Shape of a set `s`: standalone clique `a`; group `g` of `b` (1 pod) and `c` (2 pods). A minimum of 0 means: as many
/// as there are.
struct Shape {
  int set_replicas = 1;
  int pods = 2, min_pods = 0;          ///< of a
  int replicas = 2, min_replicas = 0;  ///< of g
  bool has_clique = true, has_group = true;
  std::string image_a = "app:1", image_b = "app:1";
  std::string strategy = "RollingRecreate";
  std::string delay = "4h";
  int min_c = 2;  ///< minAvailable of c
  std::string priority_class = {};
  std::string order = "a,b,c";  ///< of the template's cliques
};
std::string manifest(const Shape& shape);

/// Owns what it made. Objects may be changed through the maps; `view()` reads them as they are then.
class LiveWorld {
 public:
  /// Everything of `shape` alive for a minute, Ready, and at rest.
  explicit LiveWorld(const Shape& shape);
  /// The user asks for something else; the live objects stay as they are, but for the size and the strategy of the set.
  void ask(const Shape& shape);

  static constexpr Instant kNow = Instant::from_seconds(1'800'000'000);
  Instant now = kNow;

  LiveSet set;
  std::map<std::string, LiveGroup> groups;    ///< by name
  std::map<std::string, LiveClique> cliques;  ///< by name
  std::map<std::string, LivePod> pods;        ///< by PodClique and index: "s-0-a/1"; later ones of an index "s-0-a/1b"

  /// Born from the present template, at the end of everything older; not Ready.
  LiveClique& add_clique(const std::string& name);
  LivePod& add_pod(const std::string& clique, int index, const std::string& suffix = "");
  void ready(LivePod& pod, bool is_ready = true);
  void mark(LivePod& pod) { pod.deleted = now; }
  void mark(LiveClique& clique) { clique.meta.deleted = now; }
  void patch(const std::string& clique);  ///< gets the label of the present template
  void remove_pods(const std::string& clique);
  /// status.updateProgress of the set: open, with replica i at its turn.
  void turn_of(int i);
  std::string set_hash() const { return world_->generation_hash(); }
  std::string hash_of(const std::string& clique) const;  ///< compiled; by the name of the PodClique

  const LiveView& view();
  UpdatePlan updates();
  /// Does to the statuses what a decision's plan says.
  void carry_out(const UpdatePlan& plan);

 private:
  void compile(const Shape& shape);
  void settle();

  struct Compiled;
  std::vector<std::shared_ptr<Compiled>> compiled_;
  const World* world_ = nullptr;
  Arena arena_;
  Interner interner_;
  Observed observed_;
  std::unique_ptr<LiveView> view_;
};

/// "s-0-a/1" of each pod that goes, in order.
std::vector<std::string> exits_of(LiveWorld& world, const UpdatePlan& plan, const std::string& clique);
/// "1" of each group replica that goes.
std::vector<std::uint32_t> exits_of_group(LiveWorld& world, const UpdatePlan& plan, const std::string& group);
const CliqueUpdatePlan& plan_of(LiveWorld& world, const UpdatePlan& plan, const std::string& clique);
const GroupUpdatePlan& plan_of_group(LiveWorld& world, const UpdatePlan& plan, const std::string& group);

}  // namespace grovec::decide::testing
