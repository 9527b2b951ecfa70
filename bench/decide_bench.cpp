// Deciding: an unchanged set, by the number of its pods; by parts, when one of them has changed.
#include <benchmark/benchmark.h>

#include "bench/subject.h"
#include "runtime/decide/parts.h"

namespace grovec::decide {
namespace {

// Half of the pods in standalone PodCliques of 8, half in groups of 2 x 4.
std::string text_of(int replicas) {
  return "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata:\n  name: s\nspec:\n  replicas: " +
         std::to_string(replicas) +
         "\n  template:\n    cliques:\n"
         "    - name: a\n      spec:\n        roleName: a\n        replicas: 8\n        minAvailable: 8\n"
         "        podSpec:\n          containers:\n          - name: main\n            image: app:1\n"
         "    - name: b\n      spec:\n        roleName: b\n        replicas: 4\n        minAvailable: 4\n"
         "        podSpec:\n          containers:\n          - name: main\n            image: app:1\n"
         "    podCliqueScalingGroups:\n    - name: g\n      cliqueNames: [b]\n      replicas: 2\n      minAvailable: "
         "1\n";
}

constexpr int kPodsOfReplica = 16;

struct Subject {
  std::unique_ptr<driver::Compilation> compilation;
  std::unique_ptr<World> world;
  LiveSet set;
  Observed start;
  Settled settled;
  Instant now = Instant::from_seconds(1'800'000'000);

  explicit Subject(int pods) {
    compilation = bench::compiled(text_of(pods / kPodsOfReplica));
    const driver::CompiledSet& c = *compilation->sets.at(0);
    world = std::make_unique<World>(c.module.desired, c.plan);
    set.meta.name = "s";
    set.meta.uid = "u";
    set.meta.generation = 1;
    set.meta.created = now;
    set.replicas = pods / kPodsOfReplica;
    start.name = "s";
    start.namespace_ = "default";
    start.set = &set;
    settled = settle(*world, start, now);
    now = now.plus(3600 * kSecond);
    if (!decide(*world, settled.observed, now).empty()) std::abort();
  }
};

void decide_unchanged(benchmark::State& state) {
  const Subject subject(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(decide(*subject.world, subject.settled.observed, subject.now));
  state.counters["pods"] = static_cast<double>(subject.settled.observed.pods.size());
}
BENCHMARK(decide_unchanged)->Arg(16)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

// One pod that gets ready and unready by turns: the decision is to write what the statuses above it say.
void decide_one_pod_by_parts(benchmark::State& state) {
  const Subject subject(static_cast<int>(state.range(0)));
  Observed observed = subject.settled.observed;
  const std::size_t n = observed.pods.size() / 2;
  LivePod unready = *observed.pods[n];
  unready.ready = false;
  const LivePod* other = &unready;
  Parts parts;
  parts.decide(*subject.world, observed, subject.now);
  for (auto _ : state) {
    std::swap(observed.pods[n], other);
    benchmark::DoNotOptimize(parts.decide(*subject.world, observed, subject.now));
    if (parts.decided() != 1) std::abort();
  }
  state.counters["pods"] = static_cast<double>(observed.pods.size());
}
BENCHMARK(decide_one_pod_by_parts)->Arg(160)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace grovec::decide
