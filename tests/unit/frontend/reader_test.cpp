#include "frontend/reader.h"

#include <gtest/gtest.h>

#include "tests/unit/frontend/read.h"

namespace grovec::frontend {
namespace {

TEST(Reader, GivesEveryNodeItsSpan) {
  const Read r("a: 1\nb:  \"x\\ty\" # c\nc:\n  - p\n  - {q: r}\nd: |\n  line\n  two\n\ne: \xC3\xA4 z\nf:\n");
  const ir::Value& v = r.root();
  EXPECT_EQ(r.at(v["a"]), "1");
  EXPECT_EQ(r.at(v.find_member("b")->key_at), "b");
  EXPECT_EQ(r.at(v["b"]), "\"x\\ty\"");
  EXPECT_EQ(r.at(v["c"]), "- p\n  - {q: r}");
  EXPECT_EQ(r.at(v["c"].items()[1]), "{q: r}");
  EXPECT_EQ(r.at(v["d"]), "|\n  line\n  two");
  EXPECT_EQ(v["d"].as_string(), "line\ntwo\n");
  EXPECT_EQ(r.at(v["e"]), "\xC3\xA4 z");
  EXPECT_EQ(r.at(v["f"]), "");
  EXPECT_EQ(r.at(v).substr(0, 5), "a: 1\n");
  EXPECT_EQ(v["a"].style(), ir::Style::kPlain);
  EXPECT_EQ(v["b"].style(), ir::Style::kQuoted);
  EXPECT_EQ(v["d"].style(), ir::Style::kBlock);
}

TEST(Reader, SplitsAStream) {
  const Read r("# first\na: 1\n---\n---\n# nothing\n--- # comment\nb: 2\n...\n---\n{\"c\": 3}\n---\n'd'\n");
  ASSERT_EQ(r.documents.size(), 4u);
  EXPECT_EQ(r.codes(), "");
  EXPECT_EQ(r.documents[0].index, 0u);
  EXPECT_EQ(r.documents[1].index, 3u) << "empty documents count";
  EXPECT_EQ(r.documents[2].index, 4u);
  EXPECT_EQ(r.documents[1].root["b"].as_int(), 2);
  EXPECT_EQ(r.documents[2].root["c"].as_int(), 3);
  EXPECT_EQ(r.documents[3].root.as_string(), "d");
}

TEST(Reader, TakesLeadingMarkersAndNothing) {
  EXPECT_EQ(Read("---\na: 1\n").documents.at(0).index, 0u);
  for (const char* s : {"", "\n", "---\n", "# c\n", "---\n---\n", "\xEF\xBB\xBF", "...\n"}) {
    const Read r(s);
    EXPECT_TRUE(r.documents.empty()) << s;
    EXPECT_EQ(r.codes(), "") << s;
  }
  EXPECT_EQ(read_json_text("\xEF\xBB\xBF"
                           "a: 1\n"),
            R"({"a":1})");
  EXPECT_EQ(read_json_text("a: 1\r\nb: 2\r\n---\r\n"), R"({"a":1,"b":2})");
}

// YAML 1.1 ends a line at U+0085, JSON does not: text in braces is JSON first, as for kubectl.
TEST(Reader, LineBreaksOfYamlAreTextInJson) {
  EXPECT_EQ(Read("{\"a\":\"x\xC2\x85,y\"}").root()["a"].as_string(), "x\xC2\x85,y");
  EXPECT_EQ(Read("a: \"x\xC2\x85,y\"").root()["a"].as_string(), "x ,y");
}

TEST(Reader, GoesOnBehindABrokenDocument) {
  const Read r("a: [1\n---\nb: 2\n---\nc: {\n");
  ASSERT_EQ(r.documents.size(), 3u);
  EXPECT_TRUE(r.documents[0].broken);
  EXPECT_FALSE(r.documents[1].broken);
  EXPECT_EQ(r.documents[1].root["b"].as_int(), 2);
  EXPECT_TRUE(r.documents[2].broken);
  EXPECT_EQ(r.codes(), "1006 1006");
}

TEST(Reader, RefusesWhatTheReferenceRefuses) {
  const std::pair<const char*, const char*> cases[] = {{",", "1006"},
                                                       {"- a: 1:b\n,2", "1006"},
                                                       {"a: 'x", "1006"},
                                                       {"[,]", "1006"},
                                                       {"- x\nb: 1\n", "1006"},
                                                       {"%YAML 1.2\n---\na: 1\n", "1021"},
                                                       {"%TAG ! tag:x,2000:\n---\na: 1\n", "1021"},
                                                       {"a: 1\n...\nb: 2\n", "1023"},
                                                       {"a: 1\n...\n%YAML 1.1\n---\nb: 2\n", "1021"},
                                                       {"--- {a: 1}\n", "1022"},
                                                       {"--- |\n text\n", "1022"},
                                                       {"a: *x\n", "1014"},
                                                       {"a: &x {b: *x}\n", "1015"},
                                                       {"a: &x [*x]\n", "1015"},
                                                       {"\ta: 1\n", "1008"},
                                                       {"a:\n\tb: 1\n", "1008"},
                                                       {"a: \x01\n", "1005"},
                                                       {"a: \x7F\n", "1005"},
                                                       {"a: \xC2\x80\n", "1005"},
                                                       {"a: \xEF\xBB\xBF\n", "1005"},
                                                       {"a: 1 # \xEF\xBB\xBF\n", "1005"},
                                                       {"a: \xEF\xBF\xBE\n", "1005"},
                                                       {"a: \xFF\n", "1003"},
                                                       {"a: \xC0\x80\n", "1003"},
                                                       {"a: \xED\xA0\x80\n", "1003"},
                                                       {"%\xEC {}\nb: []\n", "1003"},
                                                       {"a: !e!x 1\n", "1006"},
                                                       {"a: \"\\ud800\"\n", "1006"},
                                                       {"a: b: c\n", "1006"},
                                                       {"a:\n    b: 1\n  c: 2\n", "1006"},
                                                       {"a: {{ .Values.x }}\n", "1012"},
                                                       {"a: {{ x }}-y\n", "1012"},
                                                       {"a: x\n b: {{ c }}\n", "1006"}};
  for (const auto& [text, code] : cases) {
    const Read r(text);
    std::string first = r.codes().substr(0, 4);
    EXPECT_EQ(first, code) << text << "\n" << r.codes();
  }
  EXPECT_EQ(Read(std::string("a: \0b\n", 6)).codes(), "1004");
}

TEST(Reader, AcceptsWhatTheReferenceAccepts) {
  EXPECT_EQ(read_json_text("a: [\n1,\n2,\n]\n"), R"({"a":[1,2]})");
  EXPECT_EQ(read_json_text("a: \"i\\u0001\"\n"), R"({"a":"i\u0001"})");
  EXPECT_EQ(read_json_text("a: 'x\xC2\x85y'\n"), "{\"a\":\"x y\"}");
  EXPECT_EQ(read_json_text("? a\n: 1\n"), R"({"a":1})");
  EXPECT_EQ(read_json_text("a:\n- 1\n-   - 2\n    - 3\n"), R"({"a":[1,[2,3]]})");
  EXPECT_EQ(read_json_text("a: one\n  two\n\n  three\n"), R"({"a":"one two\nthree"})");
  EXPECT_EQ(read_json_text("a: >-\n  one\n  two\n"), R"({"a":"one two"})");
  EXPECT_EQ(read_json_text("a: 'it''s'\n"), R"({"a":"it's"})");
}

TEST(Reader, PointsAtTheProblem) {
  EXPECT_EQ(Read("a:\n    b: 1\n  c: 2\n").place(), "3:3");
  EXPECT_EQ(Read("\xC3\xA4: 1\n\xC3\xB6: [\xC3\xBC, }\n").place(), "2:8");
  EXPECT_EQ(Read("a: 1\nb: \x02\n").place(), "2:4");
  EXPECT_EQ(Read("x: \xE2\x82\xAC\na:\n\tb: 1\n").place(), "3:1");
  const Read r("a: {{ .Values.x }}\n");
  EXPECT_EQ(r.context.diags.all()[0].notes.at(0).code, 1009);
}

TEST(Reader, ReportsDuplicateKeysWithBothPlaces) {
  const Read r("a: 1\nb: 2\na: 3\n");
  EXPECT_EQ(r.codes(), "1010");
  EXPECT_EQ(r.place(), "3:1");
  EXPECT_EQ(r.context.origins[r.context.diags.all()[0].notes.at(0).at].begin, 0u);
  EXPECT_FALSE(r.documents[0].broken);
  EXPECT_EQ(r.root()["a"].as_int(), 3);
  EXPECT_EQ(Read("{a: 1, \"a\": 2}").codes(), "1010");
  EXPECT_EQ(Read("1: x\n'1': y\n").codes(), "1010");
}

TEST(Reader, MergesMappings) {
  EXPECT_EQ(read_json_text("x: &a {p: 1}\nw: {<<: *a, q: 2}\n"), R"({"w":{"p":1,"q":2},"x":{"p":1}})");
  EXPECT_EQ(read_json_text("x: &a {p: 1}\nz: &b {r: 3}\nw:\n  <<: [*a, *b]\n"),
            R"({"w":{"p":1,"r":3},"x":{"p":1},"z":{"r":3}})");
  EXPECT_EQ(read_json_text("w: {<<: {p: 1}}\n"), R"({"w":{"p":1}})");
  EXPECT_EQ(read_json_text("w: {\"<<\": {p: 1}}\n"), R"({"w":{"<<":{"p":1}}})");
  EXPECT_EQ(read_json_text("w: {!!merge '<<': {p: 1}}\n"), R"({"w":{"p":1}})");
  EXPECT_EQ(Read("w: {<<: 1}\n").codes(), "1017");
  EXPECT_EQ(Read("w: {<<: [{a: 1}, b]}\n").codes(), "1017");
}

TEST(Reader, RefusesKeysThatTwoMergesBring) {
  const Read own("x: &a {p: 1, q: 2}\nw: {p: 5, <<: *a}\n");
  EXPECT_EQ(own.codes(), "1018") << "set before the merge";
  EXPECT_EQ(own.root().find("w", "p")->as_int(), 5) << "the mapping's own key wins";
  EXPECT_EQ(Read("x: &a {p: 1}\nz: &b {p: 3}\nw: {<<: *a, <<: *b}\n").codes(), "1029");
  const Read list("x: &a {p: 1}\nz: &b {p: 3, r: 4}\nw:\n  <<: [*a, *b]\n");
  EXPECT_EQ(list.codes(), "") << "a list of mappings: the earlier wins, as with kubectl";
  EXPECT_EQ(list.root().find("w", "p")->as_int(), 1);
  EXPECT_EQ(list.root().find("w", "r")->as_int(), 4);
}

TEST(Reader, ExpandsAliasesWithTheirOrigins) {
  const Read r("x: &a [1, {b: c}]\nw: *a\n");
  EXPECT_EQ(r.json(), R"({"w":[1,{"b":"c"}],"x":[1,{"b":"c"}]})");
  const Origin& o = r.context.origins[r.root()["w"].at()];
  EXPECT_EQ(o.why, OriginCause::kAlias);
  EXPECT_EQ(r.at(o.cause), "*a");
  EXPECT_EQ(r.at(r.root()["w"]).substr(r.at(r.root()["w"]).find('[')), "[1, {b: c}]");
}

TEST(Reader, HoldsItsLimits) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string p = "*a" + std::to_string(i - 1), n = std::to_string(i);
    bomb += "a" + n + ": &a" + n + " [";
    for (int k = 0; k < 9; ++k) bomb += (k ? ", " : "") + p;
    bomb += "]\n";
  }
  EXPECT_EQ(Read(bomb).codes(), "1027");
  EXPECT_EQ(Read(std::string(100'000, '[')).codes(), "1025");
  EXPECT_EQ(Read("a: " + std::string(511, '[') + std::string(511, ']')).codes(), "");
  EXPECT_EQ(Read("a: " + std::string(512, '[') + std::string(512, ']')).codes(), "1025");
  // Anchors that hang together make a deep tree out of shallow text.
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 600; ++i)
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  EXPECT_EQ(Read(chain).codes(), "1025");
  ReadLimits small;
  small.document_bytes = 20;
  EXPECT_EQ(Read("a: 1\n---\nb: 012345678901234567890\n", small).codes(), "1024");
  EXPECT_EQ(Read("{\"b\": \"012345678901234567890\"}", small).codes(), "1024");
  small = {};
  small.documents = 3;
  EXPECT_EQ(Read("a\n---\nb\n---\nc\n", small).codes(), "");
  EXPECT_EQ(Read("a\n---\nb\n---\nc\n---\nd\n---\ne\n", small).codes(), "1026");
}

TEST(Reader, TakesJsonStreams) {
  const Read r("{\"a\":1}\n{\"b\":2}\n---\n  {\"c\": \"\\ud83d\\ude00\"}\n");
  ASSERT_EQ(r.documents.size(), 3u);
  EXPECT_EQ(r.codes(), "");
  EXPECT_EQ(r.documents[2].root["c"].as_string(), "\xF0\x9F\x98\x80");
  EXPECT_EQ(read_json_text("{a: 1, \"b\": [x]}\n"), R"({"a":1,"b":["x"]})") << "YAML after all";
}

TEST(Reader, UnpacksLists) {
  Read r(
      "apiVersion: v1\nkind: List\nitems:\n- {a: 1}\n- apiVersion: v1\n  kind: List\n  items: [{b: 2}]\n---\nc: 3\n");
  const auto all = unpack_lists(r.context, r.documents);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].root["b"].as_int(), 2);
  EXPECT_EQ(all[2].root["c"].as_int(), 3);
  Read empty("apiVersion: v1\nkind: List\nitems: []\n");
  EXPECT_TRUE(unpack_lists(empty.context, empty.documents).empty());
}

TEST(Reader, UnpacksListsOfAKind) {
  Read r(
      "apiVersion: g/v1\nkind: AList\nitems: [{x: 1}, {apiVersion: h/v2, kind: B, x: 2}]\n---\nkind: CList\nitems: "
      "[]\n");
  const auto all = unpack_lists(r.context, r.documents);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(ir::to_text(all[0].root, ir::Format::kJson), R"({"apiVersion":"g/v1","kind":"A","x":1})");
  EXPECT_EQ(ir::to_text(all[1].root, ir::Format::kJson), R"({"apiVersion":"h/v2","kind":"B","x":2})");
  EXPECT_EQ(all[2].root["kind"].as_string(), "CList") << "no object without an apiVersion";
}

TEST(Reader, YamlAndJsonGiveTheSameTree) {
  const Read json(R"({"s":"a\"\\\/\n\t\u00e9\u20ac","num":[0,-1,2.5,1e3],"b":[true,false,null],"m":{"k":{}},"e":[]})");
  const Read yaml(
      "s: \"a\\\"\\\\/\\n\\t\\xe9\\u20ac\"\nnum: [0, -1, 2.5, 1e3]\nb:\n- yes\n- off\n- ~\nm: {k: {}}\ne: []\n");
  EXPECT_TRUE(ir::equal(json.root(), yaml.root())) << json.json() << yaml.json();
  const Read pair(R"({"s":"\ud83d\ude00"})");
  EXPECT_TRUE(ir::equal(pair.root(), Read("s: \"\\U0001F600\"\n").root()));
  EXPECT_TRUE(ir::equal(pair.root(), Read("s: \xF0\x9F\x98\x80\n").root()));
}

// Eight bytes are looked at together: no neighbour may hide or make a forbidden one.
TEST(Reader, FindsEachForbiddenCharacterAtEachPlace) {
  for (int c = 1; c <= 0x7F; ++c) {
    const bool is_forbidden = (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F;
    for (std::size_t at = 6; at < 22; ++at) {  // behind a `#` each
      std::string text = at % 2 == 0 ? "a: 1\n" : "a: 11\n";
      for (int line = 0; line < 10; ++line) text += "#\n";
      text.insert(at, 1, static_cast<char>(c));
      EXPECT_EQ(Read(text).codes(), is_forbidden ? "1005" : "") << c << " at " << at;
    }
  }
}

}  // namespace
}  // namespace grovec::frontend
