#include "ir/names.h"

#include <charconv>
#include <cstring>
#include <span>

namespace grovec::ir {

namespace {

/// Calls `literal(text)` and `hole(hole)` for what a part is made of.
template <class Literal, class OnHole>
void visit(const Part& p, const Literal& literal, const OnHole& hole) {
  if (p.is_hole) return hole(p.hole);
  if (!p.value) return literal(p.text);
  if (p.value->is_string()) return literal(p.value->as_string());
  for (const Piece& piece : p.value->pieces()) piece.is_hole ? hole(piece.hole) : literal(piece.text);
}

}  // namespace

// Names are made by the hundred, so their texts and pieces go into the arena at once, without anything in between.
Value pattern(Arena& arena, std::initializer_list<Part> parts) {
  std::size_t length = 0, holes = 0;
  for (const Part& p : parts)
    visit(
        p, [&](std::string_view t) { length += t.size(); }, [&](Hole) { ++holes; });
  if (length + holes == 0) return Value::string(std::string_view());
  char* text = length == 0 ? nullptr : static_cast<char*>(arena.allocate(length, 1));
  const std::span<Piece> pieces = arena.array<Piece>(holes == 0 ? 0 : 2 * holes + 1);
  std::size_t used = 0, begin = 0, count = 0;
  auto flush = [&] {
    if (used > begin) pieces[count++] = {std::string_view(text + begin, used - begin), Hole{}, false};
    begin = used;
  };
  auto literal = [&](std::string_view t) {
    if (!t.empty()) std::memcpy(text + used, t.data(), t.size());
    used += t.size();
  };
  auto hole = [&](Hole h) {
    flush();
    pieces[count++] = {{}, h, true};
  };
  for (const Part& p : parts) visit(p, literal, hole);
  if (holes == 0) return Value::string(std::string_view(text, length));
  flush();
  return Value::pattern(pieces.first(count));
}

namespace names {

Value service(Arena& a, const Part& set, const Part& index) { return pattern(a, {set, "-", index}); }

Value service_address(Arena& a, const Value& service, std::string_view ns) {
  return pattern(a, {service, ".", ns, ".svc.cluster.local"});
}

Value pod_address(Arena& a, const Value& host, const Value& service, std::string_view ns) {
  return pattern(a, {host, ".", service_address(a, service, ns)});
}

std::string_view role(Arena& a, std::string_view set) { return concat(a, {"grove.io:pcs:", set}); }

std::string_view role_label(Arena& a, std::string_view set) { return concat(a, {"grove.io-pcs-", set}); }

std::string_view token_secret(Arena& a, std::string_view set) { return concat(a, {set, "-ic-sat"}); }

// Spelled out here, in the order in which each goes on from the one above.
Value scaling_group(Arena& a, std::string_view set, std::string_view group) {
  return pattern(a, {set, "-", Hole::kSetReplica, "-", group});
}

Value standalone_clique(Arena& a, std::string_view set, std::string_view clique) {
  return pattern(a, {set, "-", Hole::kSetReplica, "-", clique});
}

Value member_clique(Arena& a, std::string_view set, std::string_view group, std::string_view clique) {
  return pattern(a, {set, "-", Hole::kSetReplica, "-", group, "-", Hole::kGroupReplica, "-", clique});
}

Value base_gang(Arena& a, std::string_view set) { return service(a, set); }

Value scaled_gang(Arena& a, std::string_view set, std::string_view group) {
  return pattern(a, {set, "-", Hole::kSetReplica, "-", group, "-", Hole::kScaledGang});
}

Value group_replica(Arena& a, std::string_view set, std::string_view group) {
  return pattern(a, {set, "-", Hole::kSetReplica, "-", group, "-", Hole::kGroupReplica});
}

Value compute_domain(Arena& a, std::string_view set, std::string_view nvlink_group) {
  return pattern(a, {service(a, set), "-", nvlink_group});
}

Value pod(Arena& a, const Value& clique) { return pattern(a, {clique, "-", Hole::kPodSuffix}); }

Value host(Arena& a, const Value& clique) { return pattern(a, {clique, "-", Hole::kPodIndex}); }

Value claim_all(Arena& a, const Value& owner, std::string_view claim_template) {
  return pattern(a, {owner, "-all-", claim_template});
}

Value claim_each(Arena& a, const Value& owner, Hole replica, std::string_view claim_template) {
  return pattern(a, {owner, "-", replica, "-", claim_template});
}

Value clique(Arena& a, const PodCliqueSet& set, CliqueId c) {
  const Clique& node = set.cliques[c];
  if (!node.group) return standalone_clique(a, set.name, node.name);
  return member_clique(a, set.name, set.groups[*node.group].name, node.name);
}

Value scaling_group(Arena& a, const PodCliqueSet& set, GroupId g) {
  return scaling_group(a, set.name, set.groups[g].name);
}

Value group_replica(Arena& a, const PodCliqueSet& set, GroupId g) {
  return group_replica(a, set.name, set.groups[g].name);
}

Value gang(Arena& a, const PodCliqueSet& set, std::optional<GroupId> scaled) {
  return scaled ? scaled_gang(a, set.name, set.groups[*scaled].name) : base_gang(a, set.name);
}

}  // namespace names

namespace {

void set_index(Hole hole, std::uint32_t value, Instance& n) {
  switch (hole) {
    case Hole::kSetReplica:
      n.set_replica = value;
      break;
    case Hole::kGroupReplica:
      n.group_replica = value;
      break;
    case Hole::kScaledGang:
      n.scaled_gang = value;
      break;
    case Hole::kPodIndex:
      n.pod_index = value;
      break;
    case Hole::kPodSuffix:
      break;
  }
}

}  // namespace

std::string pod_name(std::string_view clique, const PodSuffix& suffix) {
  std::string out;
  out.reserve(clique.size() + 1 + suffix.size());
  out.append(clique).append("-").append(text_of(suffix));
  return out;
}

namespace {

void append(const Value& name, const Instance& instance, const IndexText* several, std::string& out) {
  if (name.is_string()) {
    out += name.as_string();
    return;
  }
  for (const Piece& piece : name.pieces()) {
    if (!piece.is_hole) {
      out += piece.text;
    } else if (several && several->hole == piece.hole) {
      out += several->text;
    } else if (piece.hole == Hole::kPodSuffix) {
      out += text_of(instance.pod_suffix);
    } else {
      char digits[12];
      auto end = std::to_chars(digits, digits + sizeof digits, index_of(piece.hole, instance)).ptr;
      out.append(digits, end);
    }
  }
}

}  // namespace

void append_name(const Value& name, const Instance& instance, std::string& out) {
  append(name, instance, nullptr, out);
}

std::string name_text(const Value& name, const Instance& instance) {
  std::string out;
  append_name(name, instance, out);
  return out;
}

std::string name_text(const Value& name, const Instance& instance, const IndexText& several) {
  std::string out;
  append(name, instance, &several, out);
  return out;
}

std::optional<Instance> match_name(const Value& name, std::string_view text) {
  Instance found;
  if (name.is_string()) return name.as_string() == text ? std::optional(found) : std::nullopt;
  for (const Piece& piece : name.pieces()) {
    if (!piece.is_hole) {
      if (!text.starts_with(piece.text)) return std::nullopt;
      text.remove_prefix(piece.text.size());
    } else if (piece.hole == Hole::kPodSuffix) {
      const std::optional<PodSuffix> suffix = read_pod_suffix(text.substr(0, found.pod_suffix.size()));
      if (!suffix) return std::nullopt;
      found.pod_suffix = *suffix;
      text.remove_prefix(suffix->size());
    } else {
      // Literals after a hole start with `-` or `.`, so the digits end by themselves.
      std::uint32_t value = 0;
      auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      auto length = static_cast<std::size_t>(end - text.data());
      if (error != std::errc() || (text[0] == '0' && length > 1)) return std::nullopt;
      set_index(piece.hole, value, found);
      text.remove_prefix(length);
    }
  }
  return text.empty() ? std::optional(found) : std::nullopt;
}

}  // namespace grovec::ir
