#include "runtime/view/graph/source_lines.h"

#include <algorithm>
#include <utility>

namespace grovec::driver {

using ir::Member;
using ir::Value;

namespace {

constexpr std::size_t kLargestExcerpt = 256 * 1024;  // bytes of the input shown beside its objects

std::pair<std::uint32_t, std::uint32_t> first_and_last(const Context& context, const Origin& o) {
  const std::uint32_t last = o.end > o.begin ? o.end - 1 : o.begin;
  return {context.sources.position(o.source, o.begin).line, context.sources.position(o.source, last).line};
}

std::string_view excerpt(std::string_view text) { return text.size() > kLargestExcerpt ? std::string_view() : text; }

}  // namespace

bool SourceLines::is_grove(SourceId source) const {
  return context_.sources.name(source).ends_with(".grove") || context_.sources.text(source).starts_with("grovec ");
}

SourceId SourceLines::main() const { return context_.origins[manifest_.at()].source; }

void SourceLines::add(OriginId at, std::map<SourceId, Lines>& out) const {
  for (int links = 0; at != kNowhere && links < 8; ++links) {
    const Origin& o = context_.origins[at];
    if (o.why == OriginCause::kDefault) return;
    if (is_grove(o.source)) {  // a file of values is nobody's business here
      const auto [first, last] = first_and_last(context_, o);
      for (std::uint32_t n = first; n <= last; ++n) out[o.source].insert(n);
    }
    at = o.why == OriginCause::kNone ? kNowhere : o.cause;
  }
}

void SourceLines::add(const Value& v, std::map<SourceId, Lines>& out) const {
  add(v.at(), out);
  for (const Value& item : v.items()) add(item, out);
  for (const Member& m : v.members()) {
    add(m.key_at, out);
    add(m.value, out);
  }
}

void SourceLines::write_pairs(const Lines& lines, std::uint32_t head, JsonStream& json) const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
  for (std::uint32_t n : lines) {
    if (!ranges.empty() && n <= ranges.back().second + 1)
      ranges.back().second = n;
    else
      ranges.emplace_back(n, n);
  }
  std::stable_partition(ranges.begin(), ranges.end(),
                        [&](const auto& r) { return r.first <= head && head <= r.second; });
  for (const auto& [first, last] : ranges) json.value(first).value(last);
}

void SourceLines::write(const Value* node, JsonStream& json) {
  json.key("lines");
  if (!node || node->at() == kNowhere || manifest_.at() == kNowhere) {
    json.null();
    return;
  }
  const Origin& origin = context_.origins[node->at()];
  const std::uint32_t head = first_and_last(context_, origin).first;
  json.begin_list();
  if (!is_grove(main())) {
    json.value(head).value(first_and_last(context_, origin).second).end_list();
    return;
  }
  std::map<SourceId, Lines> all;
  add(*node, all);
  write_pairs(all[main()], origin.source == main() ? head : 0, json);
  json.end_list().key("mixed").begin_list();
  for (const auto& [source, lines] : all) {
    if (source == main()) continue;
    const auto known = std::find(others_.begin(), others_.end(), source);
    json.begin_list().value(static_cast<std::uint32_t>(known - others_.begin()));
    if (known == others_.end()) others_.push_back(source);
    write_pairs(lines, 0, json);
    json.end_list();
  }
  json.end_list();
}

void SourceLines::write_source(const Value* set_node, JsonStream& json) {
  const bool has_text = manifest_.at() != kNowhere, of_language = has_text && is_grove(main());
  write(of_language ? &manifest_ : set_node ? set_node->find("metadata") : nullptr, json);
  json.key("source");
  if (!has_text) {
    json.null();
    return;
  }
  const Origin& o = context_.origins[manifest_.at()];
  std::string_view text = context_.sources.text(o.source);
  if (!of_language) {
    text = text.substr(std::min<std::size_t>(o.begin, text.size()));
    text = text.substr(0, std::min<std::size_t>(o.end - std::min(o.begin, o.end), text.size()));
  }
  json.begin_object().member("file", context_.sources.name(o.source));
  json.member("first", of_language ? 1 : context_.sources.position(o.source, o.begin).line);
  json.member("text", excerpt(text)).key("others").begin_list();
  for (SourceId other : others_)
    json.begin_object()
        .member("file", context_.sources.name(other))
        .member("text", excerpt(context_.sources.text(other)))
        .end_object();
  json.end_list().end_object();
}

}  // namespace grovec::driver
