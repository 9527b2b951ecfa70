#include <algorithm>

#include "passes/rules/set/other_names.h"
#include "passes/rules/set/verify_spec.h"
#include "passes/rules/text_rules.h"
#include "passes/wording.h"

namespace grovec::passes {

using namespace ir;

namespace {

std::vector<std::string_view> names_of(const PodCliqueSet& set) {
  std::vector<std::string_view> out;
  for (const Clique& c : set.cliques) out.push_back(c.name);
  return out;
}

OriginId entry_at(const Clique& c, std::size_t i) {
  std::span<const Value> items = (*c.spec)["startsAfter"].items();
  return i < items.size() && items[i].at() != kNowhere ? items[i].at() : c.spec_at("startsAfter");
}

// V035-V037, V050
void entries(const SpecView& v, const Clique& c, const NameIndex& index) {
  std::string path = clique_path(c.index, ".spec.startsAfter");
  for (std::size_t i = 0; i < c.starts_after.size(); ++i) {
    std::string_view target = c.starts_after[i];
    if (is_blank_text(target)) {
      v.context.diags.report(entry_at(c, i), diag::BlankDependency, c.name).path(path);
      continue;
    }
    auto first = std::find(c.starts_after.begin(), c.starts_after.end(), target) - c.starts_after.begin();
    if (static_cast<std::size_t>(first) != i)
      v.context.diags.report(entry_at(c, i), diag::DuplicateDependency, c.name, target)
          .note(entry_at(c, static_cast<std::size_t>(first)), diag::FirstItemHere)
          .path(path);
    else if (target == c.name)
      v.context.diags.report(entry_at(c, i), diag::DependsOnItself, c.name).path(path);
    else if (index.find(target) < 0 && v.names_known)
      v.context.diags
          .report(entry_at(c, i), diag::DependsOnUnknownClique, c.name, target,
                  instead_of_clique(v.set, target, names_of(v.set)))
          .path("spec.template.cliques.startsAfter");
  }
}

/// Tarjan's strongly connected components, without recursion so that a chain of any length is fine.
class Components {
 public:
  Components(const PodCliqueSet& set, const NameIndex& index) : edges_(set.cliques.size()), state_(set.cliques.size()) {
    for (const Clique& c : set.cliques) {
      auto from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(index.find(c.name), 0));
      for (std::string_view target : c.starts_after)
        if (std::ptrdiff_t to = index.find(target); to >= 0) edges_[from].push_back(static_cast<std::size_t>(to));
    }
    for (std::size_t i = 0; i < edges_.size(); ++i)
      if (state_[i].order == 0) visit(i);
  }
  std::vector<std::vector<std::size_t>> cycles;  ///< components of more than one node
  const std::vector<std::vector<std::size_t>>& edges() const { return edges_; }

 private:
  struct State {
    std::size_t order = 0, low = 0;
    bool on_stack = false;
  };
  struct Visit {
    std::size_t node, edge;
  };

  void visit(std::size_t root) {
    std::vector<Visit> frames{{root, 0}};
    open(root);
    while (!frames.empty()) {
      auto& [node, edge] = frames.back();
      if (edge < edges_[node].size()) {
        std::size_t to = edges_[node][edge++];
        if (state_[to].order == 0) {
          open(to);
          frames.push_back({to, 0});
        } else if (state_[to].on_stack) {
          state_[node].low = std::min(state_[node].low, state_[to].order);
        }
        continue;
      }
      std::size_t done = node;
      frames.pop_back();
      if (!frames.empty()) state_[frames.back().node].low = std::min(state_[frames.back().node].low, state_[done].low);
      if (state_[done].low == state_[done].order) close(done);
    }
  }

  void open(std::size_t node) {
    state_[node] = {++count_, count_, true};
    stack_.push_back(node);
  }

  void close(std::size_t root) {
    std::vector<std::size_t> component;
    std::size_t node;
    do {
      node = stack_.back();
      stack_.pop_back();
      state_[node].on_stack = false;
      component.push_back(node);
    } while (node != root);
    if (component.size() < 2) return;
    std::sort(component.begin(), component.end());
    cycles.push_back(std::move(component));
  }

  std::vector<std::vector<std::size_t>> edges_;
  std::vector<State> state_;
  std::vector<std::size_t> stack_;
  std::size_t count_ = 0;
};

/// A shortest way from the first clique of the component back to itself.
std::vector<std::size_t> way_round(const std::vector<std::vector<std::size_t>>& edges,
                                   const std::vector<std::size_t>& component) {
  std::size_t start = component.front();
  std::unordered_map<std::size_t, std::size_t> came_from;
  std::vector<std::size_t> queue{start};
  for (std::size_t head = 0; head < queue.size(); ++head)
    for (std::size_t to : edges[queue[head]]) {
      if (!std::binary_search(component.begin(), component.end(), to)) continue;
      if (to == start && queue[head] != start) {
        std::vector<std::size_t> way{start};
        for (std::size_t n = queue[head]; n != start; n = came_from[n]) way.push_back(n);
        std::reverse(way.begin() + 1, way.end());
        return way;
      }
      if (to != start && came_from.emplace(to, queue[head]).second) queue.push_back(to);
    }
  return component;
}

// V051
void cycles(const SpecView& v, const NameIndex& index) {
  Components components(v.set, index);
  auto clique = [&](std::size_t i) -> const Clique& { return v.set.cliques[v.set.cliques.id_at(i)]; };
  auto edge_at = [&](std::size_t from, std::size_t to) {
    const Clique& c = clique(from);
    auto it = std::find(c.starts_after.begin(), c.starts_after.end(), clique(to).name);
    return entry_at(c, static_cast<std::size_t>(it - c.starts_after.begin()));
  };
  for (const std::vector<std::size_t>& component : components.cycles) {
    std::vector<std::size_t> way = way_round(components.edges(), component);
    std::string text;
    for (std::size_t i : way) text += '`' + std::string(clique(i).name) + "` after ";
    text += '`' + std::string(clique(way.front()).name) + '`';
    DiagnosticBuilder b = v.context.diags.report(edge_at(way[0], way[1]), diag::StartupCycle, text);
    b.path("spec.template.cliques");
    for (std::size_t i = 1; i < way.size() && i < 8; ++i)
      b.note(edge_at(way[i], way[(i + 1) % way.size()]), diag::SetHere, clique(way[(i + 1) % way.size()]).name);
  }
}

}  // namespace

void verify_startup(const SpecView& v) {
  if (v.set.startup != StartupType::kExplicit) return;
  bool any =
      std::any_of(v.set.cliques.begin(), v.set.cliques.end(), [](const Clique& c) { return !c.starts_after.empty(); });
  if (!any) return;
  NameIndex index(v.set.cliques);
  for (const Clique& c : v.set.cliques) entries(v, c, index);
  cycles(v, index);
}

}  // namespace grovec::passes
