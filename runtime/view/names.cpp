#include "runtime/view/names.h"

#include <algorithm>

namespace grovec::driver {

using namespace ir;

namespace {

using Section = NameRow::Section;

std::size_t limit_of(ObjectKind kind) {
  // Generated pod names are cut by the API server at 63; a Service is a DNS label.
  return kind == ObjectKind::kPod || kind == ObjectKind::kService ? kMaxDnsLabel : kMaxDnsSubdomain;
}

std::uint32_t largest(std::uint32_t replicas, const std::optional<AutoScaling>& scaling) {
  return scaling ? std::max(replicas, static_cast<std::uint32_t>(std::max(scaling->max_replicas, 0))) : replicas;
}

class Collector {
 public:
  Collector(const ObjectPlan& plan, const World& w) : plan_(plan), w_(w), set_(*w.desired.set) {
    for (std::size_t s = 0; s < set_.groups.size(); ++s) {
      std::uint32_t n = largest(static_cast<std::uint32_t>(set_.groups[set_.groups.id_at(s)].replicas),
                                set_.groups[set_.groups.id_at(s)].auto_scaling);
      for (const auto& [key, live] : w.population.groups())
        if (std::get<1>(key) == set_.groups.id_at(s)) n = std::max(n, live);
      group_replicas_.push_back(n);
    }
    for (std::size_t s = 0; s < set_.cliques.size(); ++s) {
      const CliqueId c = set_.cliques.id_at(s);
      std::uint32_t n = largest(static_cast<std::uint32_t>(set_.cliques[c].replicas), set_.cliques[c].auto_scaling);
      for (const auto& [key, live] : w.population.cliques())
        if (std::get<2>(key) == c && w.population.has_clique(std::get<0>(key), std::get<1>(key), c))
          n = std::max(n, live.replicas);
      pods_.push_back(n);
    }
  }

  std::vector<NameRow> run() {
    for (const Layer& layer : plan_.layers) {
      if (layer.each_set_replica && w_.replicas() == 0) continue;
      for (const Block& block : layer.blocks)
        for (const ObjectClass& cls : block.classes) visit(block, cls);
    }
    add_budgets();
    std::stable_sort(rows_.begin(), rows_.end(),
                     [](const NameRow& a, const NameRow& b) { return a.section < b.section; });
    return std::move(rows_);
  }

 private:
  void visit(const Block& block, const ObjectClass& cls) {
    Instance n;
    n.set_replica = w_.replicas() ? w_.replicas() - 1 : 0;
    if (cls.pods_of) {
      const std::uint32_t pods = pods_[static_cast<std::size_t>(*cls.pods_of)];
      if (pods == 0) return;
      n.pod_index = pods - 1;
      n.pod_suffix = pod_suffix(0, n.pod_index);
    }
    if (block.loop == GroupLoop::kNone) return visit(plan_.descriptions[cls.base], n);
    const std::uint32_t replicas = group_replicas_[static_cast<std::size_t>(*block.group)];
    const std::uint32_t minimum = w_.desired.min_available(*block.group);
    if (block.loop == GroupLoop::kAllReplicas && replicas > 0) {
      n.group_replica = std::min(replicas, minimum) - 1;
      visit(plan_.descriptions[cls.base], n);
    }
    if (replicas <= minimum) return;
    n.group_replica = replicas - 1;
    n.scaled_gang = replicas - 1 - minimum;
    visit(plan_.descriptions[cls.scaled], n);
  }

  void visit(const Description& d, const Instance& n) {
    add(Section::kObject, std::string(info_of(d.kind).kind), d.name, n, limit_of(d.kind), name_text(d.name, {}));
    for (const Member& m : d.tree["metadata"]["labels"].members())
      add(Section::kLabel, std::string(m.key), m.value, n, kMaxDnsLabel, {});
    if (d.kind != ObjectKind::kPod) return;
    const Value& host = d.tree["spec"]["hostname"];
    const Value address = names::pod_address(arena_, host, names::service(arena_, set_.name), set_.namespace_);
    const std::string key = name_text(host, {});
    add(Section::kHost, "host name", host, n, kMaxDnsLabel, key);
    add(Section::kHost, "address", address, n, kMaxDnsSubdomain, key);
  }

  // Rows of equal `what` and `key` are one: the longest counts.
  void add(Section section, std::string what, const Value& name, const Instance& n, std::size_t limit,
           const std::string& key) {
    const std::string text = name_text(name, n);
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      if (rows_[r].section != section || rows_[r].what != what || keys_[r] != key) continue;
      // Among equally long ones the greatest text has the highest index.
      if (text.size() > rows_[r].used || (text.size() == rows_[r].used && text > rows_[r].text)) {
        rows_[r].text = text;
        rows_[r].used = text.size();
      }
      return;
    }
    rows_.push_back({section, std::move(what), text, text.size(), limit});
    keys_.push_back(key);
  }

  // Upstream adds up the parts of a name, whatever the indices are (reference: admission 3.5).
  void add_budgets() {
    for (const Clique& c : set_.cliques) {
      std::string text(set_.name);
      std::size_t used = text.size() + c.name.size();
      if (c.group) {
        const std::string_view group = set_.groups[*c.group].name;
        text += " + " + std::string(group);
        used += group.size();
      }
      rows_.push_back({Section::kBudget, "parts of a name", text + " + " + std::string(c.name), used, kNameBudget});
    }
  }

  const ObjectPlan& plan_;
  const World& w_;
  const PodCliqueSet& set_;
  Arena arena_;
  std::vector<std::uint32_t> group_replicas_, pods_;  // at the largest scale, by GroupId and CliqueId
  std::vector<NameRow> rows_;
  std::vector<std::string> keys_;
};

}  // namespace

std::vector<NameRow> name_rows(const ObjectPlan& plan, const World& world) { return Collector(plan, world).run(); }

const NameRow* tightest(const std::vector<NameRow>& rows) {
  const NameRow* out = nullptr;
  for (const NameRow& r : rows)
    if (r.section != Section::kBudget && (!out || r.left() < out->left())) out = &r;
  return out;
}

}  // namespace grovec::driver
