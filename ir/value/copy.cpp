#include "ir/value/copy.h"

#include <string>
#include <vector>

namespace grovec::ir {

namespace {

SourceId copy_source(const Context& from, SourceId source, Context& to) {
  const std::string_view name = from.sources.name(source), text = from.sources.text(source);
  // One run reads a name once, so the size is a precaution; texts are too long to be compared for every place.
  for (std::size_t s = 0; s < to.sources.size(); ++s)
    if (const auto id = static_cast<SourceId>(s);
        to.sources.name(id) == name && to.sources.text(id).size() == text.size())
      return id;
  return to.sources.add(std::string(name), std::string(text));
}

/// Rebuilds a tree; `Copy` says what becomes of texts and places.
template <class Copy>
Value rebuild(Arena& arena, const Value& v, const Copy& copy) {
  switch (v.kind()) {
    case ValueKind::kString:
      return Value::string(copy.text(v.as_string()), copy.origin(v.at()), v.style());
    case ValueKind::kSequence: {
      const std::span<Value> items = arena.array<Value>(v.items().size());
      for (std::size_t i = 0; i < items.size(); ++i) items[i] = rebuild(arena, v.items()[i], copy);
      return Value::sequence(items, copy.origin(v.at()));
    }
    case ValueKind::kMapping: {
      const std::span<Member> members = arena.array<Member>(v.members().size());
      for (std::size_t i = 0; i < members.size(); ++i) {
        const Member& m = v.members()[i];
        members[i] = {copy.text(m.key), copy.origin(m.key_at), rebuild(arena, m.value, copy)};
      }
      return Value::mapping(members, copy.origin(v.at()));
    }
    default:
      return v.with_origin(copy.origin(v.at()));
  }
}

}  // namespace

OriginId copy_origin(const Context& from, OriginId at, Context& to) {
  if (&from == &to || at == kNowhere) return at;
  const Origin& o = from.origins[at];
  const OriginId copied = to.origins.add(copy_source(from, o.source, to), o.begin, o.end);
  if (o.why == OriginCause::kNone) return copied;
  return to.origins.chain(copied, o.why, copy_origin(from, o.cause, to));
}

Value copy_tree(const Context& from, const Value& tree, Context& to) {
  struct Copy {
    const Context& from;
    Context& to;
    std::string_view text(std::string_view s) const { return to.arena.copy(s); }
    OriginId origin(OriginId at) const { return copy_origin(from, at, to); }
  };
  return rebuild(to.arena, tree, Copy{from, to});
}

Value without_origins(Arena& arena, const Value& tree) {
  struct Copy {
    std::string_view text(std::string_view s) const { return s; }
    OriginId origin(OriginId) const { return kNowhere; }
  };
  return rebuild(arena, tree, Copy{});
}

}  // namespace grovec::ir
