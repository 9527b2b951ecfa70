#include "passes/broken_environment.h"

#include <algorithm>

namespace grovec::passes {

namespace {

constexpr const DiagInfo* kOfConfig[] = {&diag::SchedulersDiffer,
                                         &diag::SchedulerNotEnabled,
                                         &diag::TopologyDisabled,
                                         &diag::MnnvlDisabled,
                                         &diag::NoBackend,
                                         &diag::NoQueue,
                                         &diag::QueueDiffers,
                                         &diag::SeveralQueues,
                                         &diag::VolcanoTopology,
                                         &diag::BadVolcanoQueue,
                                         &diag::BadCliqueVolcanoQueue,
                                         &diag::VolcanoQueueDiffers,
                                         &diag::SeveralVolcanoQueues,
                                         &diag::UnknownVolcanoQueue,
                                         &diag::VolcanoQueueUnreadable,
                                         &diag::VolcanoQueueNotOpen,
                                         &diag::LpxTopology,
                                         &diag::SchedulerChanged,
                                         &diag::BindingSchedulerNotEnabled};

constexpr const DiagInfo* kOfObjects[] = {&diag::UnknownTopology,     &diag::TopologyLookupFailed,
                                          &diag::UnknownDomain,       &diag::UnknownVolcanoQueue,
                                          &diag::VolcanoQueueNotOpen, &diag::LegacyTopologyUnresolvable,
                                          &diag::ClaimTemplateMissing};

template <std::size_t N>
bool is_one_of(const DiagInfo& info, const DiagInfo* const (&all)[N]) {
  return std::find(std::begin(all), std::end(all), &info) != std::end(all);
}

}  // namespace

bool depends_on_config(const DiagInfo& info) { return is_one_of(info, kOfConfig); }
bool depends_on_objects(const DiagInfo& info) { return is_one_of(info, kOfObjects); }

bool drop_what_depends_on_broken(Diagnostics& diags, std::size_t from, const ir::ClusterFacts& facts) {
  if (!facts.config_is_broken && !facts.objects_are_broken) return false;
  bool verdict_is_open = false;
  auto depends = [&](const Diagnostic& d) {
    if (!(facts.config_is_broken && depends_on_config(*d.info)) &&
        !(facts.objects_are_broken && depends_on_objects(*d.info)))
      return false;
    verdict_is_open |= d.info->severity == Severity::kError && d.info->stage != Stage::kCompile;
    return true;
  };
  std::vector<Diagnostic>& all = diags.all();
  all.erase(std::remove_if(all.begin() + static_cast<std::ptrdiff_t>(from), all.end(), depends), all.end());
  return verdict_is_open;
}

}  // namespace grovec::passes
