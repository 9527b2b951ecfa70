#include "ir/names.h"

#include <charconv>
#include <vector>

namespace grovec::ir {

Value pattern(Arena& arena, std::initializer_list<Part> parts) {
  std::vector<Piece> pieces;
  std::string text;
  auto literal = [&](std::string_view t) { text += t; };
  auto flush = [&] {
    if (text.empty()) return;
    pieces.push_back({arena.copy(text), Hole{}, false});
    text.clear();
  };
  auto hole = [&](Hole h) {
    flush();
    pieces.push_back({{}, h, true});
  };
  for (const Part& p : parts) {
    if (p.value && p.value->is_string())
      literal(p.value->as_string());
    else if (p.value)
      for (const Piece& piece : p.value->pieces()) piece.is_hole ? hole(piece.hole) : literal(piece.text);
    else if (p.is_hole)
      hole(p.hole);
    else
      literal(p.text);
  }
  if (pieces.empty()) return Value::string(arena.copy(text));
  flush();
  return Value::pattern(arena.copy(std::span<const Piece>(pieces)));
}

namespace names {

Value service(Arena& a, std::string_view set) { return pattern(a, {set, "-", Hole::kSetReplica}); }

Value service_address(Arena& a, std::string_view set, std::string_view ns) {
  return pattern(a, {service(a, set), ".", ns, ".svc.cluster.local"});
}

std::string_view role(Arena& a, std::string_view set) { return concat(a, {"grove.io:pcs:", set}); }

std::string_view role_label(Arena& a, std::string_view set) { return concat(a, {"grove.io-pcs-", set}); }

std::string_view token_secret(Arena& a, std::string_view set) { return concat(a, {set, "-ic-sat"}); }

Value scaling_group(Arena& a, std::string_view set, std::string_view group) {
  return pattern(a, {service(a, set), "-", group});
}

Value standalone_clique(Arena& a, std::string_view set, std::string_view clique) {
  return pattern(a, {service(a, set), "-", clique});
}

Value member_clique(Arena& a, std::string_view set, std::string_view group, std::string_view clique) {
  return pattern(a, {group_replica(a, set, group), "-", clique});
}

Value base_gang(Arena& a, std::string_view set) { return service(a, set); }

Value scaled_gang(Arena& a, std::string_view set, std::string_view group) {
  return pattern(a, {scaling_group(a, set, group), "-", Hole::kScaledGang});
}

Value group_replica(Arena& a, std::string_view set, std::string_view group) {
  return pattern(a, {scaling_group(a, set, group), "-", Hole::kGroupReplica});
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

void append_name(const Value& name, const Instance& instance, std::string& out) {
  if (name.is_string()) {
    out += name.as_string();
    return;
  }
  for (const Piece& piece : name.pieces()) {
    if (!piece.is_hole) {
      out += piece.text;
    } else if (piece.hole == Hole::kPodSuffix) {
      out += text_of(instance.pod_suffix);
    } else {
      char digits[12];
      auto end = std::to_chars(digits, digits + sizeof digits, index_of(piece.hole, instance)).ptr;
      out.append(digits, end);
    }
  }
}

std::string name_text(const Value& name, const Instance& instance) {
  std::string out;
  append_name(name, instance, out);
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
