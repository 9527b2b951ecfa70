#include "runtime/decide/facts.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace grovec::decide {

namespace {

constexpr std::array kFacts{
    FactRow{"size of a group that is gone", "set, annotation grovec.dev/sizes",
            "a group is marked that the set still wants, before its finalizer is removed",
            "the new group exists, its replica is not wanted any more, or the set goes"},
    FactRow{"hash that another library version made", "set, annotation grovec.dev/hashes",
            "a live PodClique has the compiled pod template, but another hash label", "that template changes"},
    FactRow{"minimum was scheduled once",
            "PodClique, condition PodCliqueScheduled=True, then annotation "
            "grovec.dev/scheduled-once",
            "minAvailable pods are scheduled; the annotation before the condition stops being True",
            "dies with the PodClique"},
    FactRow{"breached since", "lastTransitionTime of MinAvailableBreached of PodCliques", "the condition becomes True",
            "it becomes False or Unknown; begins anew when a PodClique is scaled back to its minimum"},
    FactRow{"recycle of the set replica under way", "group, condition GangTerminationInProgress",
            "its PodCliques are deleted with the whole set replica, before the deletes",
            "MinAvailableBreached of the group is False"},
    FactRow{"target of the update", "set, status.currentGenerationHash and updateProgress.updateStartedAt",
            "the compiled generation hash differs", "the next target replaces it"},
    FactRow{"set replica being updated", "set, status.updateProgress.currentlyUpdating",
            "a set replica is chosen, before anything of it is deleted", "the next one is chosen, or the update ends"},
    FactRow{"group replica taken", "group, status.updateProgress.readyReplicaIndicesSelectedToUpdate",
            "an available replica is chosen, before it is deleted", "the update of the group ends"},
    FactRow{"pod taken", "PodClique, status.updateProgress.readyPodsSelectedToUpdate",
            "a ready pod is chosen, before it is deleted", "the update of the PodClique ends"},
    FactRow{"update of a level has ended", "status.updateProgress.updateEndedAt of set, group, PodClique",
            "nothing old is left and nothing that was taken while ready is down", "the next target replaces it"},
};

template <class F>
void each_entry(std::string_view text, F&& f) {
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view entry = text.substr(0, comma);
    const std::size_t equals = entry.find('=');
    if (equals != std::string_view::npos && equals > 0) f(entry.substr(0, equals), entry.substr(equals + 1));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
}

}  // namespace

std::span<const FactRow> fact_table() { return kFacts; }

std::string_view Facts::stored(std::string_view computed) const {
  auto at = hashes.find(computed);
  return at == hashes.end() ? computed : std::string_view(at->second);
}

// What is not as we write it counts as absent: a fact edited by hand is no fact.
Facts read_facts(const ir::Value& annotations) {
  Facts facts;
  each_entry(annotations[kSizesFact].as_string(), [&](std::string_view name, std::string_view size) {
    std::uint32_t n = 0;
    auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), n);
    if (error == std::errc() && end == size.data() + size.size())
      facts.sizes.emplace(name, std::min<std::uint32_t>(n, kMostReplicas));
  });
  each_entry(annotations[kHashesFact].as_string(), [&](std::string_view computed, std::string_view stored) {
    if (!stored.empty()) facts.hashes.emplace(computed, stored);
  });
  return facts;
}

std::string sizes_text(const Facts& facts) {
  std::string out;
  for (const auto& [name, n] : facts.sizes)
    out.append(out.empty() ? "" : ",").append(name).append("=").append(std::to_string(n));
  return out;
}

std::string hashes_text(const Facts& facts) {
  std::string out;
  for (const auto& [computed, stored] : facts.hashes)
    out.append(out.empty() ? "" : ",").append(computed).append("=").append(stored);
  return out;
}

}  // namespace grovec::decide
