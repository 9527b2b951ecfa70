// Objects as text: spliced, as it is done, and plain, as tests compare it.
#include <benchmark/benchmark.h>

#include "backends/splice.h"
#include "bench/subject.h"
#include "ir/value/writer.h"

namespace grovec::bench {
namespace {

struct Pods {
  std::unique_ptr<driver::Compilation> compilation = compiled(workload());
  const ir::World& world = compilation->sets[0]->world;
  const ir::Description* description = nullptr;

  Pods() {
    ir::enumerate(compilation->sets[0]->plan, world, [&](const ir::Description& d, const ir::Instance&) {
      if (d.kind == ir::ObjectKind::kPod) description = &d;
      return description == nullptr;
    });
  }
  static ir::Instance instance(std::uint32_t n) {
    ir::Instance i;
    i.set_replica = n % 10000;
    i.group_replica = n % 2;
    return i;
  }
};

void BM_SplicePod(benchmark::State& state) {
  const Pods pods;
  const backends::Splice splice(pods.description->tree, static_cast<ir::Format>(state.range(0)), 0, {}, {});
  std::string buffer(splice.most_bytes(), '\0');
  std::uint32_t n = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes += static_cast<std::size_t>(splice.write(buffer.data(), Pods::instance(n++), pods.world) - buffer.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_SplicePod)->Arg(static_cast<int>(ir::Format::kYaml))->Arg(static_cast<int>(ir::Format::kJson));

void BM_RenderSplice(benchmark::State& state) {
  const Pods pods;
  for (auto _ : state)
    benchmark::DoNotOptimize(backends::Splice(pods.description->tree, ir::Format::kYaml, 0, {}, {}).most_bytes());
}
BENCHMARK(BM_RenderSplice);

void BM_WritePodPlainly(benchmark::State& state) {
  const Pods pods;
  std::string text;
  std::uint32_t n = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    text.clear();
    ir::PlainSink sink(text, Pods::instance(n++), &pods.world);
    ir::write(pods.description->tree, static_cast<ir::Format>(state.range(0)), sink);
    bytes += text.size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_WritePodPlainly)->Arg(static_cast<int>(ir::Format::kYaml))->Arg(static_cast<int>(ir::Format::kJson));

}  // namespace
}  // namespace grovec::bench
