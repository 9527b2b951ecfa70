#include "schemas/crds.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

extern "C" {
#define CRD(index, path, file_name, kind, size) extern const char grovec_crd_##index[];
#include "schemas/tables/crds.inc"
#undef CRD
}

namespace grovec::schemas {
namespace {

using namespace std::string_view_literals;

// The sizes are those the generator saw: the difference of two symbols is no constant to the compiler.
constexpr CrdFile kCrds[] = {
#define CRD(index, path, file_name, kind, size) {file_name##sv, kind##sv, {grovec_crd_##index, size}},
#include "schemas/tables/crds.inc"
#undef CRD
};

/// Where `behavior` goes: before the byte at `offset` of a CRD, each line indented.
struct Insertion {
  std::size_t crd;
  std::size_t offset;
  std::size_t indent;
};

constexpr Insertion kInsertions[] = {
#define I(crd, offset, indent) {crd, offset, indent},
#include "schemas/tables/behavior.inc"
#undef I
};

constexpr std::string_view kBehavior[] = {
#define B(line) line##sv,
#include "schemas/tables/behavior.inc"
#undef B
};

}  // namespace

std::span<const CrdFile> crds() { return kCrds; }

std::string crd_text(std::string_view kind, bool extended) {
  const CrdFile* const crd = std::ranges::find(kCrds, kind, &CrdFile::kind);
  if (crd == std::end(kCrds)) return {};
  std::string out;
  std::size_t copied = 0;
  for (const Insertion& at : kInsertions) {
    if (!extended || &kCrds[at.crd] != crd) continue;
    out += crd->text.substr(copied, at.offset - copied);
    copied = at.offset;
    for (const std::string_view line : kBehavior) {
      if (!line.empty()) out.append(at.indent, ' ').append(line);
      out += '\n';
    }
  }
  return out += crd->text.substr(copied);
}

}  // namespace grovec::schemas
