// What whoever carries a decision out relies on: bodies of pods, and whether an answer has what was sent.
#include <gtest/gtest.h>

#include "ir/value/json.h"
#include "runtime/decide/decide.h"
#include "runtime/driver/compile.h"

namespace grovec::decide {
namespace {

using ir::Value;

Value json(Context& context, std::string text) {
  const SourceId source = context.sources.add("test.json", std::move(text));
  const auto size = static_cast<std::uint32_t>(context.sources.text(source).size());
  const std::optional<Value> v = ir::read_json(context, source, 0, size);
  EXPECT_TRUE(v.has_value());
  return v.value_or(Value());
}

bool kept(const char* patch, const char* answer, Verb verb = Verb::kPatch) {
  Context context;
  Action action;
  action.verb = verb;
  action.change = json(context, patch);
  return was_kept(action, json(context, answer));
}

TEST(WasKeptTest, WhatIsSentIsThereOrIsNot) {
  EXPECT_TRUE(kept(R"({"spec":{"a":1}})", R"({"spec":{"a":1,"b":2},"kind":"X"})"));
  EXPECT_FALSE(kept(R"({"spec":{"a":1}})", R"({"spec":{"a":2}})")) << "written over";
  EXPECT_FALSE(kept(R"({"spec":{"a":1}})", R"({"spec":{}})")) << "pruned";
  EXPECT_FALSE(kept(R"({"spec":{"a":{"b":1}}})", R"({"metadata":{}})")) << "pruned with all above it";
  EXPECT_TRUE(kept(R"({"metadata":{"labels":{"a":null}}})", R"({"metadata":{}})"));
  EXPECT_FALSE(kept(R"({"metadata":{"labels":{"a":null}}})", R"({"metadata":{"labels":{"a":"x"}}})")) << "put back";
  EXPECT_TRUE(kept(R"({"spec":{"l":[{"a":1}]}})", R"({"spec":{"l":[{"a":1,"default":true}]}})"));
  EXPECT_FALSE(kept(R"({"spec":{"l":[{"a":1}]}})", R"({"spec":{"l":[{"a":1},{"a":2}]}})")) << "a list is whole";
  EXPECT_FALSE(kept(R"({"status":{"a":1}})", R"({"status":{}})", Verb::kPatchStatus));
  EXPECT_TRUE(kept(R"({"spec":{"a":1}})", R"({})", Verb::kCreate)) << "the next look patches it";
}

// `settle` makes pods without their bodies: they are what those would be read as.
TEST(NewbornPodTest, IsWhatTheBodyOfItsCreateReadsAs) {
  driver::Compilation compilation;
  driver::CompileRequest request;
  request.owner_references = true;
  auto documents = driver::load_text(
      compilation.context, "in.yaml",
      "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata: {name: s}\nspec:\n  replicas: 1\n  template:\n"
      "    cliques:\n    - name: a\n      labels: {team: x}\n      spec:\n        roleName: a\n        replicas: 2\n"
      "        minAvailable: 1\n        podSpec: {containers: [{name: main, image: 'app:1'}]}\n"
      "    podCliqueScalingGroups:\n    - {name: g, cliqueNames: [a], replicas: 2, minAvailable: 1}\n",
      {});
  ASSERT_TRUE(documents && driver::compile_documents(compilation, request, *documents));
  const driver::CompiledSet& c = *compilation.sets.at(0);
  const World world(c.module.desired, c.plan);
  LiveSet set;
  set.meta.name = "s";
  set.meta.uid = "u";
  set.replicas = 1;
  Observed start;
  start.name = "s";
  start.namespace_ = "default";
  start.set = &set;
  const Instant now = Instant::from_seconds(1'800'000'000);
  const Settled settled = settle(world, start, now);
  Observed observed = settled.observed;
  observed.pods.clear();
  std::size_t pods = 0, gated = 0;
  Arena arena;
  Interner interner;
  for (const Step& step : decide(world, observed, now).steps)
    for (const Action& action : step) {
      if (action.verb != Verb::kCreate || action.key.kind != Kind::kPod) continue;
      const LiveClique* clique = nullptr;
      for (const LiveClique* q : observed.cliques)
        if (q->meta.name == action.source.clique.name) clique = q;
      ASSERT_TRUE(clique);
      const auto read = read_pod(body_of(world, action, clique, arena), interner);
      const LivePod born = newborn_pod(*clique, action.source.instance.pod_index, action.source.instance.pod_suffix,
                                       action.source.gated, interner);
      EXPECT_EQ(read->name, action.key.name);
      EXPECT_EQ(read->name, born.name);
      EXPECT_EQ(*read->owner_name, *born.owner_name);
      EXPECT_EQ(read->labels, born.labels) << "interned";
      EXPECT_EQ(*read->template_hash, *born.template_hash);
      EXPECT_EQ(*read->hostname_clique, *born.hostname_clique);
      EXPECT_EQ(read->index, born.index);
      EXPECT_EQ(read->index_label, born.index_label);
      EXPECT_EQ(read->gated, born.gated);
      EXPECT_EQ(read->mounts_former_secret, born.mounts_former_secret);
      EXPECT_FALSE(read->other_gates || born.other_gates || read->has_node || born.has_node);
      ++pods;
      gated += born.gated;
    }
  EXPECT_EQ(pods, 4u);
  EXPECT_EQ(gated, 2u) << "those of the scaled gang";
}

}  // namespace
}  // namespace grovec::decide
