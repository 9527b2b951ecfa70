#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "frontend/dsl/convert/convert.h"
#include "frontend/dsl/lower/lower.h"
#include "ir/base/render.h"
#include "ir/value/writer.h"

namespace grovec::frontend {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Without members that are null, at every level: the API takes `a: null` for a field that is not there.
ir::Value without_nulls(Arena& arena, const ir::Value& v) {
  if (v.kind() == ir::ValueKind::kMapping) {
    ir::MappingBuilder out(arena);
    for (const ir::Member& m : v.members())
      if (m.value.kind() != ir::ValueKind::kNull) out.set(m.key, without_nulls(arena, m.value));
    return out.build();
  }
  if (v.kind() != ir::ValueKind::kSequence) return v;
  std::vector<ir::Value> items;
  for (const ir::Value& item : v.items()) items.push_back(without_nulls(arena, item));
  return ir::make_sequence(arena, items);
}

std::string json_of(Context& context, const std::vector<Document>& documents) {
  std::string out;
  for (const Document& d : documents)
    out += ir::to_text(without_nulls(context.arena, d.root), ir::Format::kJson) + "\n";
  return out;
}

struct Converted {
  std::string before, grove, after, findings;
  std::optional<std::string> text;
};

Converted convert(const std::string& yaml, ConvertOptions options = {}) {
  Converted out;
  Context context;
  const SourceId source = context.sources.add("in.yaml", yaml);
  const auto documents = read_documents(context, source);
  out.before = json_of(context, documents);
  out.text = convert_to_grove(context, source, documents, options);
  context.diags.sort(context.origins);
  render_all(context, {}, out.findings);
  if (!out.text) return out;
  Context back;
  out.after = json_of(back, read_grove(back, back.sources.add("out.grove", *out.text), {}));
  render_all(back, {}, out.findings);
  return out;
}

std::string formatted(const std::string& text) {
  Context context;
  return format_grove(context, context.sources.add("in.grove", text)).value_or("");
}

std::vector<fs::path> manifests(const char* folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".yaml") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

// Every recorded manifest of a PodCliqueSet: there and back gives the same tree, in canonical text. Manifests that the
// API server cannot decode may be refused, with a finding; nothing is lost silently.
void check_round_trips(const char* folder, bool may_refuse, std::size_t at_least) {
  std::size_t equal = 0, refused = 0;
  for (const fs::path& path : manifests(folder)) {
    const std::string yaml = read_file(path);
    if (yaml.find("kind: PodCliqueSet") == std::string::npos) continue;
    for (const bool mixins : {true, false}) {
      const Converted c = convert(yaml, {.mixins = mixins});
      if (!c.text) {
        EXPECT_TRUE(may_refuse) << path << "\n" << c.findings;
        EXPECT_NE(c.findings, "") << path;
        refused += mixins;
        continue;
      }
      EXPECT_EQ(c.before, c.after) << path << "\n" << *c.text << c.findings;
      EXPECT_EQ(formatted(*c.text), *c.text) << path;
      equal += mixins;
    }
  }
  EXPECT_GE(equal, at_least) << refused << " refused";
  ::testing::Test::RecordProperty("equal", static_cast<int>(equal));
  ::testing::Test::RecordProperty("refused", static_cast<int>(refused));
}

TEST(DslConvert, SamplesComeBackEqual) { check_round_trips("tests/fixtures/samples", false, 11); }
TEST(DslConvert, RecordedInputsComeBackEqual) { check_round_trips("tests/fixtures/oracle", false, 30); }
TEST(DslConvert, AdmissionInputsComeBackEqualOrAreRefused) { check_round_trips("tests/fixtures/admission", true, 60); }
TEST(DslConvert, ExamplesComeBackEqual) { check_round_trips("examples", false, 7); }

TEST(DslConvert, CommentsAtKeysSurvive) {
  const Converted c = convert(R"(# What this is.
# Second line.
apiVersion: grove.io/v1alpha1
kind: PodCliqueSet
metadata:
  name: s
spec:
  replicas: 2 # two of them
  template:
    cliques:
    # the router
    - name: router
      spec:
        roleName: router
        replicas: 1
        podSpec:
          containers:
          - name: router
            image: "x # no comment"   # the image
            args: ["-c", "# none either"]
            # resources come last
            resources:
              limits:
                cpu: 1
# end
)");
  ASSERT_TRUE(c.text) << c.findings;
  for (const char* comment : {"# What this is.\n# Second line.\n", "# two of them", "# the router\n", "# the image\n",
                              "# resources come last\n", "# end\n"})
    EXPECT_NE(c.text->find(comment), std::string::npos) << comment << "\n" << *c.text;
  EXPECT_EQ(static_cast<int>(std::count(c.text->begin(), c.text->end(), '#')), 9) << *c.text;
  // And back.
  Context context;
  const SourceId source = context.sources.add("out.grove", *c.text);
  const std::string yaml = convert_to_yaml(context, source, read_grove(context, source, {}));
  for (const char* comment : {"# What this is.", "# Second line.", "# two of them", "    # the router\n", "# the image",
                              "# resources come last\n", "# end\n"})
    EXPECT_NE(yaml.find(comment), std::string::npos) << comment << "\n" << yaml;
  EXPECT_EQ(convert(yaml).before, c.before);
}

TEST(DslConvert, CommonPartsOfCliquesBecomeMixins) {
  std::string yaml =
      "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata: {name: s}\nspec:\n  template:\n    cliques:\n";
  for (const char* name : {"a", "b", "c"})
    yaml += std::string("    - name: ") + name + "\n      spec: {roleName: " + name +
            ", replicas: 1, podSpec: {tolerations: [{key: k, operator: Exists}], containers: [{name: " + name +
            ", image: 'registry.example/some/image:1', args: [\"-c\", \"echo 'role " + name +
            " on node' && sleep infinity\"]}]}}\n";
  const Converted c = convert(yaml);
  ASSERT_TRUE(c.text) << c.findings;
  EXPECT_EQ(*c.text, R"g(grovec 1

mixin common(args) {
  tolerate k
  image: registry.example/some/image:1
  args: [-c, "echo 'role \(args) on node' && sleep infinity"]
}

set s replicas=null {
  clique a x1 : common(a)
  clique b x1 : common(b)
  clique c x1 : common(c)
}
)g");
  EXPECT_EQ(c.before, c.after);
}

TEST(DslConvert, OtherKindsAreNamed) {
  const Converted c = convert("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n");
  EXPECT_FALSE(c.text);
  EXPECT_NE(c.findings.find("Secret (v1) cannot be written in the DSL"), std::string::npos) << c.findings;
}

TEST(DslConvert, WhatTheLanguageCannotSayIsRefusedAtItsPlace) {
  const Converted c = convert(
      "apiVersion: grove.io/v1alpha1\nkind: PodCliqueSet\nmetadata: {name: s}\nspec: {template: {priorityClassName: 5, "
      "cliques: []}}\n");
  EXPECT_FALSE(c.text);
  EXPECT_NE(c.findings.find("in.yaml:4:38: error: the DSL cannot say spec.template.priorityClassName"),
            std::string::npos)
      << c.findings;
}

TEST(DslFormat, IsIdempotentAndKeepsComments) {
  const std::string text = R"g(# head
grovec   1   # version
# about the mixin

mixin   m( a ,b:int=2 )   :other { image:   $a   # image
  cpu=2   memory=4Gi
   # dangling
}
mixin other { }


set s replicas=2{ # open
clique a x1 :m("x",b=3),other{ env A=1   B="x y"; args: [ -c,   # first
   "\(a)" ] }
  ratio a:b=1:4
  assert (gpus + 1)*2<=256 and not false , "m"
  volumes { v {emptyDir{}} w: { hostPath { path: / } } }
  script: """
      one
        two
      """
}
env  prod { param n = 3 }
# tail
)g";
  const std::string once = formatted(text);
  EXPECT_EQ(once, R"g(# head
grovec 1  # version

# about the mixin

mixin m(a, b: int = 2) : other {
  image: $a  # image
  cpu=2 memory=4Gi
  # dangling
}
mixin other {}

set s replicas=2 {  # open
  clique a x1 : m("x", b=3), other {
    env A=1 B="x y"; args: [
      -c,  # first
      "\(a)",
    ]
  }
  ratio a : b = 1 : 4
  assert (gpus + 1) * 2 <= 256 and not false, "m"
  volumes { v { emptyDir {} }; w { hostPath { path: / } } }
  script: """
    one
      two
    """
}
env prod { param n = 3 }
# tail
)g");
  EXPECT_EQ(formatted(once), once);
}

}  // namespace
}  // namespace grovec::frontend
