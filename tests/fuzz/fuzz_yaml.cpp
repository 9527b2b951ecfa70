// The YAML readers: no crash on any bytes; the fast reader and libyaml agree on tree and spans; what the writer prints
// of a tree reads back as that tree.
#include <cstdio>
#include <cstdlib>

#include "frontend/characters.h"
#include "frontend/yaml/fast.h"
#include "frontend/yaml/reader.h"
#include "ir/value/writer.h"
#include "tests/unit/support/same_tree.h"

using namespace grovec;

namespace {

void fail(const char* what, const std::string& detail) {
  std::fprintf(stderr, "%s\n%s\n", what, detail.c_str());
  std::abort();
}

void compare_readers(const frontend::DocumentText& document) {
  bool only_lf = false;
  if (!frontend::check_characters(document, only_lf) || !only_lf) return;
  Diagnostics& diags = document.context.diags;
  diags.clear();
  ir::Value fast, slow;
  if (!frontend::read_common_yaml(document, fast)) return;
  if (!diags.all().empty()) fail("the fast reader reported", diags.all()[0].message);
  if (!frontend::read_yaml_document(document, slow) || !diags.all().empty())
    fail("libyaml finds fault", diags.all().empty() ? "" : diags.all()[0].message);
  const std::string d =
      test::difference(document.context.origins, fast, document.context.origins, slow, /*spans=*/true);
  if (!d.empty()) fail("trees differ", d);
}

void write_and_read_back(const ir::Value& root) {
  Context again;
  const SourceId source = again.sources.add("again", ir::to_text(root, ir::Format::kYaml));
  const auto documents = frontend::read_documents(again, source);
  const std::string text(again.sources.text(source));
  if (again.diags.errors() > 0 || documents.size() != 1) fail("the writer's text is refused", text);
  const std::string d = test::difference(again.origins, root, again.origins, documents[0].root, /*spans=*/false);
  if (!d.empty()) fail("the writer's text reads otherwise", d + "\n" + text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Context context;
  const SourceId source = context.sources.add("in", std::string(reinterpret_cast<const char*>(data), size));
  const auto documents = frontend::read_documents(context, source);
  const bool is_clean = context.diags.errors() == 0;
  const frontend::ReadLimits limits;
  for (const frontend::Document& d : documents) {
    if (is_clean && size < 4096) write_and_read_back(d.root);
    if (!d.broken) compare_readers({context, source, d.begin, d.end, limits});
  }
  return 0;
}
