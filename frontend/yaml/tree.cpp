#include "frontend/yaml/tree.h"

#include <algorithm>
#include <utility>

namespace grovec::frontend {

using ir::Member;
using ir::Value;

namespace {
/// What a node weighs besides its text, roughly the punctuation around it.
constexpr std::uint64_t kNodeWeight = 8;
}  // namespace

YamlTree::YamlTree(const DocumentText& document)
    : document_(document),
      context_(document.context),
      tree_(document.context.arena),
      most_expanded_(std::max<std::uint64_t>(document.limits.alias_bytes_floor,
                                             document.limits.alias_factor * document.text().size())) {}

bool YamlTree::scalar(const ScalarText& scalar, std::string_view anchor, std::uint32_t end, bool merges) {
  Node node;
  node.value = make_scalar(context_, scalar);
  node.end = end;
  node.weight = scalar.text.size() + kNodeWeight;
  if (!anchor.empty()) anchors_.insert_or_assign(std::string(anchor), Anchor{node, true});
  return add(node, scalar.text, merges);
}

bool YamlTree::alias(std::string_view anchor, std::uint32_t begin, std::uint32_t end) {
  const OriginId at = document_.origin(begin, end);
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    context_.diags.report(at, diag::UndefinedAlias, anchor);
    return false;
  }
  if (!found->second.complete) {
    context_.diags.report(at, diag::RecursiveAlias, anchor);
    return false;
  }
  Node node = found->second.node;
  expanded_ += node.weight;
  if (expanded_ > most_expanded_) {
    context_.diags.report(at, diag::AliasesTooLarge, most_expanded_);
    return false;
  }
  if (frames_.size() + node.height > document_.limits.depth) {
    context_.diags.report(at, diag::NestingTooDeep, document_.limits.depth);
    return false;
  }
  node.value = node.value.with_origin(context_.origins.chain(node.value.at(), OriginCause::kAlias, at));
  node.end = end;
  return add(node, {}, false);
}

bool YamlTree::open(bool is_mapping, std::string_view anchor, std::uint32_t begin, std::uint32_t behind_start) {
  if (frames_.size() >= document_.limits.depth) {
    context_.diags.report(document_.origin(begin, behind_start), diag::NestingTooDeep, document_.limits.depth);
    return false;
  }
  Frame frame;
  frame.is_mapping = is_mapping;
  frame.tree_start = is_mapping ? tree_.open_mapping() : tree_.open_sequence();
  frame.begin = begin;
  frame.node.end = behind_start;
  frame.node.weight = kNodeWeight;
  if (!anchor.empty()) {
    frame.anchor = context_.arena.copy(anchor);
    anchors_.insert_or_assign(std::string(anchor), Anchor{});
  }
  frames_.push_back(std::move(frame));
  return true;
}

bool YamlTree::close(std::uint32_t end) {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  Node node = frame.node;
  if (end != 0) node.end = end;
  ++node.height;
  const OriginId at = document_.origin(frame.begin, node.end);
  node.value = frame.is_mapping ? close_mapping(frame, at) : tree_.close_sequence(frame.tree_start, at);
  if (!frame.anchor.empty()) anchors_.insert_or_assign(std::string(frame.anchor), Anchor{node, true});
  return add(node, {}, false);
}

bool YamlTree::add(const Node& node, std::string_view written_key, bool merges) {
  if (frames_.empty()) {
    root_ = node.value;
    return true;
  }
  Frame& frame = frames_.back();
  frame.node.end = std::max(frame.node.end, node.end);
  frame.node.height = std::max(frame.node.height, node.height);
  frame.node.weight += node.weight;
  if (!frame.is_mapping) {
    tree_.add_item(node.value);
    return true;
  }
  if (!frame.has_key) return add_key(frame, node, written_key, merges);
  frame.has_key = false;
  if (frame.key_merges) return add_merge(frame, node.value);
  tree_.add_member(frame.key, frame.key_at, node.value);
  return true;
}

bool YamlTree::add_key(Frame& frame, const Node& node, std::string_view written, bool merges) {
  frame.has_key = true;
  frame.key_merges = merges;
  frame.key_at = node.value.at();
  return merges || make_key(context_, node.value, written, frame.key);
}

bool YamlTree::add_merge(Frame& frame, const Value& value) {
  bool fits = value.is_mapping() || value.is_sequence();
  const std::size_t number = frame.merged.empty() ? 1 : frame.merged.back().number + 1;
  if (value.is_mapping()) frame.merged.push_back({value, frame.key_at, number});
  for (const Value& item : value.items()) {
    fits = fits && item.is_mapping();
    frame.merged.push_back({item, frame.key_at, number});
  }
  if (!fits) context_.diags.report(value.at(), diag::MergeNotMapping);
  return fits;
}

Value YamlTree::close_mapping(Frame& frame, OriginId at) {
  const Value own = tree_.close_mapping(frame.tree_start, at, [&](const Member& earlier, const Member& later) {
    context_.diags.report(later.key_at, diag::DuplicateKey, later.key)
        .note(earlier.key_at, diag::FirstSetHere, later.key);
  });
  return frame.merged.empty() ? own : with_merges(frame, own, at);
}

/// The mapping's own keys win, then earlier mappings of one `<<` over later ones: what clients send is the result.
/// Tools differ about an own key that stands before `<<`, and a key from two `<<` is one given twice. One such conflict
/// is reported for each mapping.
Value YamlTree::with_merges(const Frame& frame, const Value& own, OriginId at) {
  struct Entry {
    Member member;
    std::size_t merge;  ///< number of its `<<` from 1; 0 = an own key
  };
  std::vector<Entry> all;
  for (const Member& m : own.members()) all.push_back({m, 0});
  for (const Merge& merge : frame.merged)
    for (const Member& m : merge.value.members()) all.push_back({m, merge.number});
  std::stable_sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) { return a.member.key < b.member.key; });
  std::vector<Member> kept;
  std::size_t last = 0;
  bool reported = false;
  for (const Entry& e : all) {
    if (kept.empty() || kept.back().key != e.member.key) {
      kept.push_back(e.member);
      last = e.merge;
      continue;
    }
    const Member& first = kept.back();
    if (last == 0 && !reported && stands_before(first.key_at, frame.merged, e.merge)) {
      context_.diags.report(first.key_at, diag::MergedKeyOverridden, first.key)
          .note(e.member.key_at, diag::FirstSetHere, first.key);
      reported = true;
    } else if (last != 0 && last != e.merge && !reported) {
      context_.diags.report(e.member.key_at, diag::MergedTwice, e.member.key)
          .note(first.key_at, diag::FirstSetHere, e.member.key);
      reported = true;
    }
  }
  return Value::mapping(context_.arena.copy(std::span<const Member>(kept)), at);
}

bool YamlTree::stands_before(OriginId key, const std::vector<Merge>& merged, std::size_t number) const {
  for (const Merge& m : merged)
    if (m.number == number) return context_.origins[key].begin < context_.origins[m.at].begin;
  return false;
}

}  // namespace grovec::frontend
