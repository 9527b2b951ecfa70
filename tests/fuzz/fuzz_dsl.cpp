// Parser, formatter and lowering on any bytes: no crash, no hang, canonical text that stays as it is, comments kept.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "frontend/dsl/convert/convert.h"
#include "frontend/dsl/lower/lower.h"
#include "frontend/dsl/syntax/print.h"
#include "frontend/dsl/syntax/reader.h"
#include "ir/base/render.h"
#include "ir/value/writer.h"

using namespace grovec;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

std::string manifests(const std::string& text, std::string& findings) {
  Context context;
  frontend::DslOptions options;
  options.set_values = {};
  options.load = [](const std::string& path) -> Result<std::string> {
    if (path != "lib.grove") return Error{"no such file"};
    return std::string("grovec 1\nmixin lib(a) { image: $a }\n");
  };
  std::string out;
  for (const frontend::Document& d : frontend::read_grove(context, context.sources.add("in.grove", text), options,
                                                          {.nodes = 20'000, .text_bytes = 1u << 16}))
    out += ir::to_text(d.root, ir::Format::kJson) + "\n";
  context.diags.sort(context.origins);
  render_all(context, {}, findings);
  return out;
}

std::vector<std::string> comments(const std::string& text) {
  Context context;
  std::vector<std::string> out;
  const frontend::dsl::Tree tree = frontend::dsl::parse(context, context.sources.add("in.grove", text));
  // Counted in the text that the printer makes: it has no `#` in words.
  for (const frontend::dsl::Comment& c : tree.header) out.emplace_back(c.text);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::string findings;
  const std::string before = manifests(text, findings);
  Context context;
  const auto formatted = frontend::format_grove(context, context.sources.add("in.grove", text));
  if (!formatted) return 0;
  Context again;
  const auto twice = frontend::format_grove(again, again.sources.add("in.grove", *formatted));
  check(twice && *twice == *formatted);
  check(comments(text).size() <= comments(*formatted).size());
  std::string ignored;
  if (findings.empty()) check(manifests(*formatted, ignored) == before);
  return 0;
}
