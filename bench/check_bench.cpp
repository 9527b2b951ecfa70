// What `check` does with a document that has been read.
#include <benchmark/benchmark.h>

#include "bench/subject.h"
#include "passes/admission/admit.h"
#include "passes/admission/check_decode.h"
#include "passes/admission/check_structure.h"
#include "passes/admission/fill_defaults.h"

namespace grovec::bench {
namespace {

struct Manifest {
  Context context;
  ir::ClusterFacts facts;
  ir::Environment environment{facts};
  ir::Value root = frontend::read_documents(context, context.sources.add("in.yaml", example()))[0].root;
};

void BM_CheckDecode(benchmark::State& state) {
  Manifest m;
  for (auto _ : state) benchmark::DoNotOptimize(passes::check_decode(m.context, m.root, schemas::Root::kPodCliqueSet));
}
BENCHMARK(BM_CheckDecode);

void BM_CheckStructure(benchmark::State& state) {
  Manifest m;
  const ir::Value stored = passes::fill_defaults(m.context, m.root, m.environment);
  for (auto _ : state) {
    passes::check_structure(m.context, stored, schemas::Root::kPodCliqueSet);
    passes::check_cel(m.context, stored);
  }
}
BENCHMARK(BM_CheckStructure);

void BM_Admit(benchmark::State& state) {
  const std::string text = example();
  for (auto _ : state) {
    state.PauseTiming();
    Manifest m;
    state.ResumeTiming();
    benchmark::DoNotOptimize(passes::admit(m.context, m.root, m.environment).accepted);
  }
}
BENCHMARK(BM_Admit);

void BM_ReadAndAdmit(benchmark::State& state) {
  for (auto _ : state) {
    Manifest m;
    benchmark::DoNotOptimize(passes::admit(m.context, m.root, m.environment).accepted);
  }
}
BENCHMARK(BM_ReadAndAdmit);

}  // namespace
}  // namespace grovec::bench
