#include "frontend/dsl/syntax/reader.h"

#include "frontend/dsl/syntax/reading.h"
#include "frontend/dsl/syntax/syntax_errors.h"
#include "frontend/dsl/syntax/text.h"
#include "frontend/dsl/syntax/tokens.h"
#include "frontend/dsl/syntax/tree_builder.h"

namespace grovec::frontend::dsl {

namespace {

/// UTF-8 and control characters; fills the byte table if the text is not ASCII.
bool check_text(Reading& reading) {
  // The input stream of the runtime drops a byte order mark.
  const std::size_t start = reading.text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  std::size_t code_points = 0;
  const TextCheck check = check_utf8(reading.text.substr(start), code_points);
  if (check.ok) {
    if (code_points == reading.text.size()) return true;
    reading.byte_of.reserve(code_points + 1);
    for (std::size_t i = start; i < reading.text.size(); ++i)
      if ((static_cast<unsigned char>(reading.text[i]) & 0xC0) != 0x80)
        reading.byte_of.push_back(static_cast<std::uint32_t>(i));
    reading.byte_of.push_back(static_cast<std::uint32_t>(reading.text.size()));
    return true;
  }
  const auto at = static_cast<std::uint32_t>(start + check.offset);
  if (!check.control) {
    reading.context.diags.report(reading.origin({at, at + 1}), diag::DslNotUtf8);
    return false;
  }
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string name = "U+";
  for (int shift = 12; shift >= 0; shift -= 4) name += kHex[(check.code >> shift) & 15];
  const std::uint32_t length = check.code > 0xFF ? 3 : 1;
  reading.context.diags.report(reading.origin({at, at + length}), diag::DslControlCharacter, name);
  return false;
}

void check_version(Reading& reading, Tree& tree) {
  if (!tree.has_version) {
    if (reading.broken) return;
    reading.broken = true;
    reading.context.diags.report(reading.origin({0, 0}), diag::DslNoVersion);
  } else if (tree.version.text != "1" && !tree.version.text.empty()) {
    reading.broken = true;
    reading.context.diags.report(reading.origin(tree.version.at), diag::DslUnknownVersion, tree.version.text);
  }
}

/// Where the first line of a manifest stands, if the text is one.
std::size_t yaml_begins_at(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n", at);
    if (begin == std::string_view::npos) break;
    const std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
    at = begin + line.size();
    if (line.starts_with('#') || line.starts_with("%")) continue;
    for (std::string_view start : {"---", "apiVersion:", "kind:", "metadata:", "spec:", "- ", "{\"", "\"apiVersion\""})
      if (line.starts_with(start)) return begin;
    break;
  }
  return std::string_view::npos;
}

void run_parser(Reading& reading, Tree& tree) {
  if (reading.tokens.empty()) return;
  antlr4::ListTokenSource source(std::move(reading.tokens));
  antlr4::CommonTokenStream stream(&source);
  RecordingParser parser(&stream);
  parser.removeErrorListeners();
  parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(antlr4::atn::PredictionMode::SLL);
  parser.setErrorHandler(std::make_shared<antlr4::BailErrorStrategy>());
  try {
    parser.file();
  } catch (const antlr4::ParseCancellationException&) {
    // The quick mode gave up: either the text is wrong or it needs full look-ahead.
    stream.seek(0);
    parser.reset();
    parser.forget();
    parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(antlr4::atn::PredictionMode::LL);
    parser.setErrorHandler(reporting_strategy(reading));
    parser.file();
  }
  TreeBuilder(reading, tree).file(parser.root());
}

}  // namespace

Tree parse(Context& context, SourceId source, const SyntaxLimits& limits) {
  Tree tree;
  tree.source = source;
  Reading reading{context, source, context.sources.text(source)};
  tree.broken = true;
  if (reading.text.size() > limits.bytes) {
    context.diags.report(context.origins.add(source, 0, 0), diag::DslTooLarge,
                         static_cast<std::uint64_t>(reading.text.size()), static_cast<std::uint64_t>(limits.bytes));
    return tree;
  }
  if (!check_text(reading)) return tree;
  if (const std::size_t at = yaml_begins_at(reading.text); at != std::string_view::npos) {
    const auto begin = static_cast<std::uint32_t>(at);
    const auto end = static_cast<std::uint32_t>(std::min(reading.text.find('\n', at), reading.text.size()));
    context.diags.report(reading.origin({begin, end}), diag::DslIsYaml);
    return tree;
  }
  GroveLexer::load();
  P::load();
  antlr4::ANTLRInputStream input(reading.text.data(), reading.text.size());
  GroveLexer lexer(&input);
  lexer.removeErrorListeners();
  if (prepare_tokens(reading, lexer.getAllTokens(), limits.depth)) {
    run_parser(reading, tree);
    report_brackets(reading);
    check_version(reading, tree);
  } else {
    report_brackets(reading);
  }
  tree.broken = reading.broken;
  return tree;
}

}  // namespace grovec::frontend::dsl
