// The DSL at sizes up to its limit: time for each byte must not grow with the size of the file.
#include <benchmark/benchmark.h>

#include "frontend/dsl/convert/convert.h"
#include "frontend/dsl/lower/lower.h"
#include "frontend/dsl/syntax/reader.h"

namespace {

using namespace grovec;

/// About `bytes` of text: cliques with environment, volumes, mixins.
std::string workload(std::size_t bytes) {
  std::string out =
      "grovec 1\n\nmixin gpu8(image) {\n  image: $image\n  limits gpu=8\n  tolerate nvidia.com/gpu\n}\n\nset s x2 {\n";
  for (std::size_t i = 0; out.size() < bytes; ++i) {
    const std::string n = std::to_string(i);
    out += "  clique c" + n + " x4 : gpu8(\"registry.example/engine:1." + n + "\") {\n";
    out += "    args: [--role, worker, --index, \"" + n + "\", --model, meta/llama]\n";
    out += "    env MODE=worker INDEX=" + n + " LEVEL=info\n";
    out +=
        "    volumes { shm { emptyDir medium=Memory sizeLimit=16Gi }; models { persistentVolumeClaim claimName=models "
        "} }\n";
    out += "    volumeMounts /dev/shm=shm /models=models\n";
    out += "    readinessProbe { httpGet { path: /health; port: 8080 }; periodSeconds: 5 }  # comment\n";
    out += "  }\n";
  }
  return out + "}\n";
}

/// One map with many keys, one keyed list with many items, one list: what is easily quadratic.
std::string wide(std::size_t bytes) {
  std::string labels, env, args;
  for (std::size_t i = 0; labels.size() + env.size() + args.size() < bytes; ++i) {
    const std::string n = std::to_string(i);
    labels += "    l" + n + ": v\n";
    env += "    E" + n + ": v" + n + "\n";
    args += "    --flag" + n + ",\n";
  }
  return "grovec 1\nset s {\n  labels {\n" + labels + "  }\n  clique a {\n    env {\n" + env + "    }\n    args: [\n" +
         args + "    ]\n  }\n}\n";
}

template <class Make, class Work>
void run(benchmark::State& state, Make make, Work work) {
  const std::string text = make(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) work(text);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

void parse(benchmark::State& state) {
  run(state, workload, [](const std::string& text) {
    Context c;
    benchmark::DoNotOptimize(frontend::dsl::parse(c, c.sources.add("in.grove", text)));
  });
}
void lower(benchmark::State& state) {
  run(state, workload, [](const std::string& text) {
    Context c;
    benchmark::DoNotOptimize(frontend::read_grove(c, c.sources.add("in.grove", text), {}));
  });
}
void lower_wide(benchmark::State& state) {
  run(state, wide, [](const std::string& text) {
    Context c;
    benchmark::DoNotOptimize(frontend::read_grove(c, c.sources.add("in.grove", text), {}));
  });
}
void format(benchmark::State& state) {
  run(state, workload, [](const std::string& text) {
    Context c;
    benchmark::DoNotOptimize(frontend::format_grove(c, c.sources.add("in.grove", text)));
  });
}

BENCHMARK(parse)->RangeMultiplier(4)->Range(1 << 10, 1000 << 10)->Unit(benchmark::kMillisecond);
BENCHMARK(lower)->RangeMultiplier(4)->Range(1 << 10, 1000 << 10)->Unit(benchmark::kMillisecond);
BENCHMARK(lower_wide)->RangeMultiplier(4)->Range(1 << 10, 1000 << 10)->Unit(benchmark::kMillisecond);
BENCHMARK(format)->RangeMultiplier(4)->Range(1 << 10, 1000 << 10)->Unit(benchmark::kMillisecond);

}  // namespace
