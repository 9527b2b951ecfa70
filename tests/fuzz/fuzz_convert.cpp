// Any YAML through convert: what it accepts comes back as the same tree, in canonical text. (convert itself reads its
// result back and compares; here the formatter and the way to YAML are held to it, too.)
#include <cstdint>
#include <cstdlib>

#include "frontend/dsl/convert/convert.h"
#include "frontend/dsl/lower/lower.h"
#include "ir/value/writer.h"

using namespace grovec;

namespace {
void check(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Context context;
  const SourceId source = context.sources.add("in.yaml", std::string(reinterpret_cast<const char*>(data), size));
  const auto documents = frontend::read_documents(context, source);
  const auto text = frontend::convert_to_grove(context, source, documents);
  if (!text) {
    check(documents.empty() || context.diags.errors() > 0);
    return 0;
  }
  Context formatter;
  check(frontend::format_grove(formatter, formatter.sources.add("out.grove", *text)) == *text);
  Context back;
  const SourceId grove = back.sources.add("out.grove", *text);
  const auto lowered = frontend::read_grove(back, grove, {});
  const std::string yaml = frontend::convert_to_yaml(back, grove, lowered);
  Context last;
  const auto reread = frontend::read_documents(last, last.sources.add("back.yaml", yaml));
  check(reread.size() == lowered.size());
  for (std::size_t i = 0; i < reread.size(); ++i) check(ir::equal(reread[i].root, lowered[i].root));
  return 0;
}
