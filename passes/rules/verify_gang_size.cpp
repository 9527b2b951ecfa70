#include <algorithm>
#include <string>

#include "ir/base/saturating.h"
#include "passes/rules/set/verify_spec.h"

namespace grovec::passes {

using namespace ir;

namespace {

/// What etcd stores for one object, by default.
constexpr std::uint64_t kMostBytes = 1536 * 1024;
/// Of `{"name":"","namespace":""},` around the two names.
constexpr std::uint64_t kReferenceFrame = 26;
/// Of `-`, one digit for each index and `-xxxxx`: names are at least as long.
constexpr std::uint64_t kIndex = 2, kSuffix = 6;

/// References of one PodGang, and the least number of bytes that they take.
class GangSize {
 public:
  explicit GangSize(const PodCliqueSet& set) : set_(set) {}

  /// The pods of a clique in `replicas` group replicas, 1 for a standalone clique.
  void add(const Clique& c, std::int64_t replicas) {
    const std::uint64_t pods = saturating_product(positive(replicas), positive(c.replicas));
    std::uint64_t name = set_.name.size() + kIndex + 1 + c.name.size() + kSuffix;
    if (c.group) name += set_.groups[*c.group].name.size() + 1 + kIndex;
    pods_ = saturating_sum(pods_, pods);
    bytes_ = saturating_sum(bytes_, saturating_product(pods, name + set_.namespace_.size() + kReferenceFrame));
  }
  std::uint64_t pods() const { return pods_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  static std::uint64_t positive(std::int64_t n) { return static_cast<std::uint64_t>(std::max<std::int64_t>(n, 0)); }
  const PodCliqueSet& set_;
  std::uint64_t pods_ = 0, bytes_ = 0;
};

}  // namespace

void verify_gang_size(Context& context, const PodCliqueSet& set) {
  auto report = [&](const GangSize& size, std::string_view name, OriginId at, const std::string& path) {
    if (size.bytes() > kMostBytes && !is_reported(context, at))  // too many pods for their names (GV3109)
      context.diags.report(at, diag::PodGangTooLarge, name, size.pods(), size.bytes(), kMostBytes).path(path);
  };
  if (set.replicas <= 0) return;
  GangSize base(set);
  const Clique* largest = nullptr;  // where to point: what fills the gang most
  std::uint64_t most = 0;
  for (const Clique& c : set.cliques) {
    const std::uint64_t before = base.pods();
    base.add(c, c.group ? std::min(set.groups[*c.group].replicas, set.groups[*c.group].min_available) : 1);
    if (base.pods() - before <= most) continue;
    most = base.pods() - before;
    largest = &c;
  }
  if (largest)
    report(base, std::string(set.name) + "-0", largest->spec_at("replicas"),
           clique_path(largest->index, ".spec.replicas"));
  for (const ScalingGroup& g : set.groups) {
    if (g.replicas <= g.min_available) continue;
    GangSize scaled(set);
    for (CliqueId c : g.cliques) scaled.add(set.cliques[c], 1);
    report(scaled, std::string(set.name) + "-0-" + std::string(g.name) + "-0", g.at("cliqueNames"),
           group_path(g.index, ".cliqueNames"));
  }
}

}  // namespace grovec::passes
