// From a document to the plan of its objects: cost depends on templates, not on pods.
#include <benchmark/benchmark.h>

#include "backends/backends.h"
#include "bench/subject.h"
#include "passes/admission/build_spec.h"
#include "passes/admission/fill_defaults.h"
#include "passes/pipeline.h"

namespace grovec::bench {
namespace {

void BM_CompileExample(benchmark::State& state) {
  const std::string text = example();
  for (auto _ : state) benchmark::DoNotOptimize(compiled(text));
}
BENCHMARK(BM_CompileExample)->Unit(benchmark::kMicrosecond);

void BM_ExpandWorkload(benchmark::State& state) {
  const std::string text = workload();
  for (auto _ : state) {
    state.PauseTiming();
    Context context;
    ir::Environment environment;
    const frontend::Document document = frontend::read_documents(context, context.sources.add("in.yaml", text))[0];
    state.ResumeTiming();
    passes::Module module(context, environment, document.root);
    module.defaulted = passes::fill_defaults(context, module.manifest, environment);
    module.spec = passes::build_spec(module.defaulted);
    passes::expand(module);
    benchmark::DoNotOptimize(module.desired);
  }
}
BENCHMARK(BM_ExpandWorkload)->Unit(benchmark::kMicrosecond);

void BM_PlanWorkload(benchmark::State& state) {
  auto c = compiled(workload());
  for (auto _ : state) {
    Arena arena;
    benchmark::DoNotOptimize(backends::plan_objects(arena, c->sets[0]->module.desired, {.owner_references = true}));
  }
}
BENCHMARK(BM_PlanWorkload)->Unit(benchmark::kMicrosecond);

void BM_EnumerateWorkload(benchmark::State& state) {
  auto c = compiled(workload());
  std::size_t objects = 0;
  for (auto _ : state)
    ir::enumerate(c->sets[0]->plan, c->sets[0]->world, [&](const ir::Description&, const ir::Instance& n) {
      benchmark::DoNotOptimize(n.pod_index);
      ++objects;
      return true;
    });
  state.SetItemsProcessed(static_cast<std::int64_t>(objects));
}
BENCHMARK(BM_EnumerateWorkload)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace grovec::bench
