// Documentation, examples and editor grammar say what the program does.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "frontend/dsl/convert/convert.h"
#include "frontend/dsl/lower/lower.h"
#include "frontend/dsl/syntax/reader.h"
#include "frontend/dsl/syntax/text.h"
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

std::string findings_of(const std::string& text, const std::string& env = "") {
  Context context;
  DslOptions options;
  options.env = env;
  (void)read_grove(context, context.sources.add("in.grove", text), options);
  std::string out;
  render_all(context, {}, out);
  return out;
}

TEST(DslDocs, EveryExampleOfTheGuideCompiles) {
  const std::string page = read_file("docs/dsl.md");
  std::size_t blocks = 0;
  for (std::size_t at = page.find("```grove"); at != std::string::npos; at = page.find("```grove", at)) {
    const std::size_t line = page.find('\n', at) + 1, end = page.find("```", line);
    const bool in_clique = page.substr(at, line - at).find("clique") != std::string::npos;
    const std::string code = page.substr(line, end - line);
    const std::string text = in_clique ? "grovec 1\nset s {\n  clique a {\n" + code + "  }\n}\n" : code;
    EXPECT_EQ(findings_of(text), "") << code;
    if (text.find("env prod {") != std::string::npos) {
      EXPECT_EQ(findings_of(text, "prod"), "") << code;
    }
    ++blocks;
    at = end;
  }
  EXPECT_GE(blocks, 7u);
}

TEST(DslDocs, ExamplesAreCanonical) {
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator("examples")) {
    if (entry.path().extension() != ".grove") continue;
    const std::string text = read_file(entry.path());
    Context context;
    EXPECT_EQ(format_grove(context, context.sources.add(entry.path().string(), text)).value_or("broken"), text)
        << entry.path();
    EXPECT_EQ(findings_of(text), "") << entry.path();
    ++files;
  }
  EXPECT_GE(files, 7u);
}

std::set<std::string> words_in(const std::string& text, std::size_t begin, std::size_t end, char first, char last) {
  std::set<std::string> out;
  std::string word;
  for (std::size_t i = begin; i < end; ++i) {
    if (text[i] >= first && text[i] <= last) {
      word += text[i];
      continue;
    }
    if (!word.empty()) out.insert(word);
    word.clear();
  }
  return out;
}

TEST(DslDocs, KeywordsAreTheSameInGrammarEditorAndProgram) {
  std::set<std::string> program;
  for (std::string_view k : dsl::keywords()) program.emplace(k);
  // GROVEC    : 'grovec';
  std::set<std::string> lexer;
  std::istringstream grammar(read_file("grammar/GroveLexer.g4"));
  for (std::string line; std::getline(grammar, line);) {
    const std::size_t open = line.find(": '"), close = line.find("';");
    if (open == std::string::npos || close == std::string::npos) continue;
    const std::string word = line.substr(open + 3, close - open - 3);
    if (std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; })) lexer.insert(word);
  }
  EXPECT_EQ(lexer, program);
  const std::string editor = read_file("grammar/grove.tmLanguage.json");
  const std::size_t begin = editor.find("(?:grovec|") + 3;
  EXPECT_EQ(words_in(editor, begin, editor.find(')', begin) + 1, 'a', 'z'), program);
}

// A file cut off anywhere is an error or a valid file, never a crash; syntax that is cut off has a position.
TEST(DslDocs, FilesCutOffAnywhereAreReadOrRefused) {
  for (const auto& entry : fs::recursive_directory_iterator("examples")) {
    if (entry.path().extension() != ".grove") continue;
    const std::string text = read_file(entry.path());
    for (std::size_t length = 0; length < text.size(); ++length) {
      Context context;
      const SourceId source = context.sources.add("cut.grove", text.substr(0, length));
      const auto documents = read_grove(context, source, {});
      const bool refused = context.diags.errors() > 0;
      ASSERT_TRUE(refused || format_grove(context, source)) << entry.path() << " at " << length;
      for (const Diagnostic& d : context.diags.all()) ASSERT_NE(d.at, kNowhere) << d.message;
    }
  }
}

}  // namespace
}  // namespace grovec::frontend
