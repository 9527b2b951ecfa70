// Reading one manifest of 3.3 KB, as YAML by both readers and as JSON; and writing it.
#include <benchmark/benchmark.h>

#include "frontend/characters.h"
#include "frontend/yaml/fast.h"
#include "frontend/yaml/reader.h"
#include "ir/value/json.h"
#include "ir/value/writer.h"

namespace {

using namespace grovec;

/// A PodCliqueSet with some cliques, about 3.3 KB.
std::string manifest() {
  std::string text =
      "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata:\n  name: serving\n  labels:\n    app: serving\n"
      "spec:\n  replicas: 2\n  template:\n    cliques:\n";
  for (const char* name : {"router", "prefill-leader", "prefill-worker", "decode-leader", "decode-worker"}) {
    text += "    - name: " + std::string(name) + "\n      labels:\n        kai.scheduler/queue: default\n      spec:\n";
    text +=
        "        roleName: " + std::string(name) + "\n        replicas: 4\n        minAvailable: 2\n        podSpec:\n";
    text +=
        "          tolerations:\n          - key: nvidia.com/gpu\n            operator: Exists\n            effect: "
        "NoSchedule\n          containers:\n          - name: main\n            image: "
        "registry.example.com/inference:1.4.2  # "
        "pinned\n            command: [\"/bin/sh\", \"-c\", \"exec serve --port 8000\"]\n            env:\n            "
        "- name: "
        "LOG_LEVEL\n              value: \"info\"\n            resources:\n              requests:\n                "
        "cpu: "
        "500m\n                memory: 16Gi\n";
  }
  return text;
}

struct Fixture {
  Context context;
  SourceId source = context.sources.add("in.yaml", manifest());
  frontend::ReadLimits limits;
  frontend::DocumentText document{context, source, 0, static_cast<std::uint32_t>(context.sources.text(source).size()),
                                  limits};
  void reset() {
    context.arena.reset();
    context.origins.clear();
  }
  void done(benchmark::State& state) const {
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * document.text().size()));
  }
};

void libyaml(benchmark::State& state) {
  Fixture f;
  for (auto _ : state) {
    f.reset();
    ir::Value root;
    if (!frontend::read_yaml_document(f.document, root)) return state.SkipWithError("refused");
    benchmark::DoNotOptimize(root);
  }
  f.done(state);
}
BENCHMARK(libyaml);

void fast(benchmark::State& state) {
  Fixture f;
  for (auto _ : state) {
    f.reset();
    ir::Value root;
    if (!frontend::read_common_yaml(f.document, root)) return state.SkipWithError("given up");
    benchmark::DoNotOptimize(root);
  }
  f.done(state);
}
BENCHMARK(fast);

/// Everything: encoding, splitting, characters, reading.
void stream(benchmark::State& state) {
  Fixture f;
  for (auto _ : state) {
    f.reset();
    benchmark::DoNotOptimize(frontend::read_documents(f.context, f.source));
  }
  f.done(state);
}
BENCHMARK(stream);

void json(benchmark::State& state) {
  Fixture f;
  ir::Value root;
  frontend::read_yaml_document(f.document, root);
  Context context;
  const SourceId source = context.sources.add("in.json", ir::to_text(root, ir::Format::kJson));
  const auto size = static_cast<std::uint32_t>(context.sources.text(source).size());
  for (auto _ : state) {
    context.arena.reset();
    context.origins.clear();
    benchmark::DoNotOptimize(ir::read_json(context, source, 0, size));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * size));
}
BENCHMARK(json);

void write_text(benchmark::State& state, ir::Format format) {
  Fixture f;
  ir::Value root;
  frontend::read_yaml_document(f.document, root);
  std::size_t size = 0;
  for (auto _ : state) {
    const std::string text = ir::to_text(root, format);
    size = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * size));
}
BENCHMARK_CAPTURE(write_text, yaml, ir::Format::kYaml);
BENCHMARK_CAPTURE(write_text, json, ir::Format::kJson);

}  // namespace
