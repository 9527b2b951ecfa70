// Comparing desired and live objects that are equal: what a quiet cluster costs.
#include <benchmark/benchmark.h>

#include "bench/subject.h"
#include "ir/value/writer.h"
#include "runtime/diff/live.h"

namespace grovec::bench {
namespace {

void BM_Matches(benchmark::State& state) {
  const auto kind = static_cast<ir::ObjectKind>(state.range(0));
  std::unique_ptr<driver::Compilation> compilation = compiled(workload());
  const ir::World& world = compilation->sets[0]->world;
  const ir::Description* description = nullptr;
  ir::enumerate(compilation->sets[0]->plan, world, [&](const ir::Description& d, const ir::Instance&) {
    if (d.kind == kind) description = &d;
    return description == nullptr;
  });
  if (!description) return state.SkipWithError("the workload has no such object");
  const ir::Instance instance;
  const ir::Value live = ir::instantiate(description->tree, instance, world, compilation->context.arena);
  const diff::Wanted wanted{*description, instance, world};
  for (auto _ : state) benchmark::DoNotOptimize(diff::matches(wanted, live));
  state.SetLabel(std::string(ir::info_of(kind).kind));
}
BENCHMARK(BM_Matches)
    ->Arg(static_cast<int>(ir::ObjectKind::kService))
    ->Arg(static_cast<int>(ir::ObjectKind::kPodClique))
    ->Arg(static_cast<int>(ir::ObjectKind::kPodGang))
    ->Arg(static_cast<int>(ir::ObjectKind::kPod));

}  // namespace
}  // namespace grovec::bench
