// The JSON reader: no crash on any bytes; where YAML reads the text too, both give the same tree; what the writer
// prints of a tree reads back as that tree.
#include <cstdio>
#include <cstdlib>

#include "frontend/characters.h"
#include "frontend/yaml/reader.h"
#include "ir/value/json.h"
#include "ir/value/writer.h"
#include "tests/unit/support/same_tree.h"

using namespace grovec;

namespace {

void fail(const char* what, const std::string& detail) {
  std::fprintf(stderr, "%s\n%s\n", what, detail.c_str());
  std::abort();
}

void read_back(const ir::Value& root, ir::Format format) {
  Context again;
  const SourceId source = again.sources.add("again", ir::to_text(root, format));
  const std::string text(again.sources.text(source));
  const auto value = ir::read_json(again, source, 0, static_cast<std::uint32_t>(text.size()));
  if (!value || !again.diags.all().empty()) fail("the writer's text is refused", text);
  const std::string d = test::difference(again.origins, root, again.origins, *value, /*spans=*/false);
  if (!d.empty()) fail("the writer's text reads otherwise", d + "\n" + text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Context context;
  const SourceId source = context.sources.add("in", std::string(reinterpret_cast<const char*>(data), size));
  const auto end = static_cast<std::uint32_t>(size);
  const auto json = ir::read_json(context, source, 0, end);
  if (!json) {
    if (!context.diags.all().empty()) fail("reported what is not JSON", context.diags.all()[0].message);
    return 0;
  }
  if (context.diags.errors() > 0) return 0;
  read_back(*json, ir::Format::kJson);
  read_back(*json, ir::Format::kJsonPretty);

  const frontend::ReadLimits limits;
  const frontend::DocumentText document{context, source, 0, end, limits};
  bool only_lf = false;
  ir::Value yaml;
  if (!frontend::check_characters(document, only_lf)) return 0;
  if (!only_lf) return 0;  // YAML 1.1 ends lines at U+0085, U+2028 and U+2029, which are characters like others in JSON
  if (!frontend::read_yaml_document(document, yaml)) return 0;
  if (context.diags.errors() > 0) return 0;
  const std::string d = test::difference(context.origins, *json, context.origins, yaml, /*spans=*/false);
  if (!d.empty()) fail("YAML reads otherwise", d);
  return 0;
}
