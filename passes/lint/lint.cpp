#include "passes/lint/lint.h"

#include "passes/places.h"

namespace grovec::passes {

using namespace ir;

void lint_set(Context& context, const PodCliqueSet& set, const Environment& environment, const LintOptions& options) {
  const LintView v{context, set, environment, options};
  lint_counts(v);
  lint_order(v);
  lint_topology(v);
  lint_utilization(v);
  lint_variables(v);
  lint_addresses(v);
  lint_pods(v);
}

std::string ContainerAt::path() const {
  return clique_path(clique, ".spec.podSpec.") + std::string(list) + "[" + std::to_string(index) + "]";
}

OriginId part_of(Context& context, const Value& scalar, std::size_t offset, std::size_t length) {
  if (scalar.at() == kNowhere) return kNowhere;
  const Origin origin = context.origins[scalar.at()];
  const std::string_view text = scalar.as_string(), part = text.substr(offset, length);
  const std::string_view written = context.sources.text(origin.source).substr(origin.begin, origin.end - origin.begin);
  if (part.empty()) return scalar.at();
  std::size_t wanted = 0;  // this occurrence of the part
  for (std::size_t at = text.find(part); at != std::string_view::npos && at < offset; at = text.find(part, at + 1))
    ++wanted;
  std::size_t at = written.find(part);
  for (; at != std::string_view::npos && wanted > 0; --wanted) at = written.find(part, at + 1);
  if (at == std::string_view::npos) return scalar.at();
  const auto begin = static_cast<std::uint32_t>(origin.begin + at);
  const OriginId made = context.origins.add(origin.source, begin, begin + static_cast<std::uint32_t>(length));
  return origin.cause == kNowhere ? made : context.origins.chain(made, origin.why, origin.cause);
}

}  // namespace grovec::passes
