#include "ir/desired/print.h"

#include "ir/names.h"

namespace grovec::ir {

namespace {

// Names with their holes: web-<set>-front.
std::string shown(const Value& name) {
  if (name.is_string()) return std::string(name.as_string());
  std::string out;
  for (const Piece& p : name.pieces()) {
    if (!p.is_hole)
      out += p.text;
    else if (p.hole == Hole::kSetReplica)
      out += "<set>";
    else if (p.hole == Hole::kGroupReplica)
      out += "<group>";
    else if (p.hole == Hole::kScaledGang)
      out += "<gang>";
    else
      out += "<pod>";
  }
  return out;
}

class Printer {
 public:
  explicit Printer(const World& w) : w_(w), d_(w.desired) {}

  std::string run() {
    set_line();
    for (std::size_t s = 0; s < d_.set->groups.size(); ++s) group_line(d_.set->groups.id_at(s));
    for (const CliqueShape& shape : d_.clique_shapes) clique_line(shape);
    for (const GangShape& gang : d_.gangs) gang_line(gang);
    for (const ClaimShape& claim : d_.claims) claim_line(claim);
    for (std::string_view domain : d_.compute_domains) line("compute-domain " + std::string(domain));
    count_lines();
    return std::move(out_);
  }

 private:
  void line(const std::string& text) { out_ += text + "\n"; }

  std::string clique(CliqueId c) { return shown(names::clique(arena_, *d_.set, c)); }

  std::string pack(const PackConstraint& p) {
    std::string out;
    if (!p.required.empty()) out += " required=" + std::string(p.required);
    if (!p.preferred.empty()) out += " preferred=" + std::string(p.preferred);
    return out;
  }

  void set_line() {
    std::string text = "set " + std::string(d_.set->name) + " namespace=" + std::string(d_.set->namespace_) +
                       " replicas=" + std::to_string(w_.replicas()) + " scheduler=" + std::string(d_.scheduler);
    if (d_.binding) text += " topology=" + d_.binding->name;
    if (!d_.generation_hash.empty()) text += " generation-hash=" + d_.generation_hash;
    line(text);
  }

  void group_line(GroupId g) {
    const ScalingGroup& node = d_.set->groups[g];
    line("scaling-group " + shown(names::scaling_group(arena_, d_.set->name, node.name)) +
         " replicas=" + std::to_string(node.replicas) + " min-available=" + std::to_string(node.min_available));
  }

  void clique_line(const CliqueShape& shape) {
    const Clique& node = d_.set->cliques[shape.clique];
    std::string text = "clique " + clique(shape.clique);
    switch (shape.role) {
      case CliqueRole::kStandalone:
        text += " standalone";
        break;
      case CliqueRole::kBase:
        text += " base [0," + std::to_string(d_.min_available(*shape.group)) + ")";
        break;
      case CliqueRole::kScaled:
        text += " scaled [" + std::to_string(d_.min_available(*shape.group)) + "," +
                std::to_string(d_.set->groups[*shape.group].replicas) + ")";
        break;
    }
    text +=
        " pods=" + std::to_string(node.replicas) + " min-available=" + std::to_string(d_.min_available(shape.clique));
    if (!d_.template_hashes.empty()) text += " hash=" + d_.template_hashes[static_cast<std::size_t>(shape.clique)];
    for (const StartDependency& dependency : shape.starts_after) text += " after=" + dependency_text(dependency);
    for (const ClaimUse& use : shape.claims) text += " claim=" + std::string(use.claim_template);
    line(text);
  }

  std::string dependency_text(const StartDependency& dependency) {
    std::string text = clique(dependency.clique);
    if (dependency.reach == StartDependency::Reach::kBaseReplicas)
      text += "[0," + std::to_string(d_.min_available(*d_.set->cliques[dependency.clique].group)) + ")";
    return text;
  }

  void gang_line(const GangShape& gang) {
    std::string text = "gang ";
    text += gang.role == GangRole::kBase
                ? shown(names::base_gang(arena_, d_.set->name)) + " base"
                : shown(names::scaled_gang(arena_, d_.set->name, d_.set->groups[*gang.group].name)) + " scaled";
    text += " groups=[";
    bool first = true;
    for (std::size_t s = 0; s < d_.set->cliques.size(); ++s) {
      CliqueId c = d_.set->cliques.id_at(s);
      const std::optional<GroupId> g = d_.set->cliques[c].group;
      if (gang.role == GangRole::kScaled && g != gang.group) continue;
      text += (first ? "" : " ") + clique(c) + ":" + std::to_string(d_.min_available(c));
      if (gang.role == GangRole::kBase && g) text += "x" + std::to_string(d_.min_available(*g));
      first = false;
    }
    line(text + "]" + pack(gang.pack));
  }

  void claim_line(const ClaimShape& claim) {
    const std::string owner = claim.clique  ? clique(*claim.clique)
                              : claim.group ? shown(names::scaling_group(arena_, *d_.set, *claim.group))
                                            : std::string(d_.set->name);
    line("claim " + owner + " template=" + std::string(claim.claim_template) +
         (claim.scope == SharingScope::kAllReplicas ? " all-replicas" : " per-replica"));
  }

  void count_lines() {
    for (const auto& [key, n] : w_.population.groups())
      line("count " +
           name_text(names::scaling_group(arena_, *d_.set, std::get<1>(key)), {.set_replica = std::get<0>(key)}) + " " +
           std::to_string(n));
    for (const auto& [key, live] : w_.population.cliques()) {
      const auto& [i, j, c] = key;
      line("count " + name_text(names::clique(arena_, *d_.set, c), {.set_replica = i, .group_replica = j}) + " " +
           std::to_string(live.replicas));
    }
  }

  const World& w_;
  const Desired& d_;
  Arena arena_;
  std::string out_;
};

}  // namespace

std::string print(const World& world) { return world.desired.set ? Printer(world).run() : std::string(); }

}  // namespace grovec::ir
