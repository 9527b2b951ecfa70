#include "frontend/dsl/convert/convert.h"

#include <algorithm>
#include <iterator>

#include "frontend/dsl/convert/comments.h"
#include "frontend/dsl/convert/converter.h"
#include "frontend/dsl/convert/parts.h"
#include "frontend/dsl/lower/lower.h"
#include "frontend/dsl/syntax/print.h"
#include "frontend/dsl/syntax/reader.h"

namespace grovec::frontend::dsl {

namespace {

using ir::ValueKind;
using schemas::TypeKind;

/// Equal, where a null field of a struct is one that is not there. `path` is where they differ.
bool same(const ir::Value& a, const ir::Value& b, FieldPlace place, std::string& path, const ir::Value*& at) {
  auto differ = [&] {
    at = &a;
    return false;
  };
  if (a.kind() == ValueKind::kMapping && b.kind() == ValueKind::kMapping) {
    const bool is_struct = place.kind() == TypeKind::kStruct;
    for (const ir::Member& m : a.members()) {
      const ir::Value* other = b.find(m.key);
      if (is_struct && is_null(m.value) && (other == nullptr || is_null(*other))) continue;
      const std::size_t length = path.size();
      path.append(path.empty() ? "" : ".").append(m.key);
      if (other == nullptr) {
        at = &m.value;
        return false;
      }
      if (!same(m.value, *other, place.member(m.key), path, at)) return false;
      path.resize(length);
    }
    for (const ir::Member& m : b.members())
      if (a.find(m.key) == nullptr && !(is_struct && is_null(m.value))) {
        path.append(path.empty() ? "" : ".").append(m.key);
        return differ();
      }
    return true;
  }
  if (a.kind() == ValueKind::kSequence && b.kind() == ValueKind::kSequence) {
    if (a.items().size() != b.items().size()) return differ();
    for (std::size_t i = 0; i < a.items().size(); ++i) {
      const std::size_t length = path.size();
      path.append("[").append(std::to_string(i)).append("]");
      if (!same(a.items()[i], b.items()[i], place.element(), path, at)) return false;
      path.resize(length);
    }
    return true;
  }
  return ir::equal(a, b) || differ();
}

/// What the language cannot say: the value, and its path or the reader's words.
struct Refusal {
  const ir::Value* at = nullptr;
  std::string what = "this";
};

/// Reads `text` back and compares; tells the first difference.
bool verify(const std::string& text, const std::vector<ir::Value>& roots, Refusal& refusal) {
  Context scratch;
  const auto back = read_grove(scratch, scratch.sources.add("converted.grove", text), {});
  std::string path;
  const ir::Value* at = nullptr;
  bool ok = scratch.diags.errors() == 0 && back.size() == roots.size();
  if (!ok && !roots.empty()) at = &roots[0];
  for (std::size_t i = 0; ok && i < back.size(); ++i) {
    path.clear();
    ok = same(roots[i], back[i].root, {schemas::root(schemas::Root::kPodCliqueSet), 0}, path, at);
  }
  if (ok) return true;
  if (path.empty()) path = scratch.diags.all().empty() ? "the document" : scratch.diags.all()[0].message;
  refusal = {at, path};
  return false;
}

bool is_set(const ir::Value& root) {
  return root["kind"].as_string() == "PodCliqueSet" && root["apiVersion"].as_string() == "grove.io/v1alpha1";
}

bool check_kinds(Context& context, const std::vector<Document>& documents) {
  bool ok = !documents.empty();
  for (const Document& d : documents) {
    if (d.broken) {
      ok = false;
      continue;
    }
    const std::string_view kind = d.root["kind"].as_string(), version = d.root["apiVersion"].as_string();
    if (is_set(d.root)) continue;
    ok = false;
    const std::string what =
        kind.empty() ? "this" : std::string(kind) + (version.empty() ? "" : " (" + std::string(version) + ")");
    context.diags.report(d.root.at(), diag::DslOtherKind, what);
  }
  return ok;
}

}  // namespace
}  // namespace grovec::frontend::dsl

namespace grovec::frontend {

using namespace dsl;

namespace {

/// What all attempts at one conversion share.
struct Conversion {
  Context& context;
  SourceId source;
  const ConvertOptions& options;
  std::vector<SourceComment> comments;
};

bool is_too_large(Conversion& c, const std::string& text, OriginId at) {
  const std::size_t limit = SyntaxLimits{}.bytes;
  if (text.size() <= limit) return false;
  c.context.diags.report(at, diag::DslTooLarge, static_cast<std::uint64_t>(text.size()),
                         static_cast<std::uint64_t>(limit));
  return true;
}

/// The shortest text of the sets. Nothing: `refusal` says why, or a finding does (then it has no place).
std::optional<std::string> text_of(Conversion& c, const std::vector<ir::Value>& roots, Refusal& refusal) {
  std::string best;
  for (const bool mixins : {false, true}) {
    if (mixins && !c.options.mixins) break;
    Tree tree;
    Converter converter(c.context, tree);
    for (const ir::Value& root : roots) {
      if (converter.set(root, mixins)) continue;
      refusal = {converter.refused, "this"};
      return std::nullopt;
    }
    const std::uint32_t first_key = c.context.origins[roots[0].at()].begin;
    attach_comments(tree, c.comments, c.context.sources.text(c.source), first_key);
    std::string text = print(tree);
    if (!best.empty() && text.size() >= best.size()) continue;
    // Without mixins a difference is the language's; with them it would be ours: the plain text then stands.
    if (text.size() > SyntaxLimits{}.bytes && mixins) continue;
    if (is_too_large(c, text, roots[0].at())) return std::nullopt;
    if (!verify(text, roots, refusal)) {
      if (mixins) continue;
      return std::nullopt;
    }
    best = std::move(text);
  }
  return best;
}

constexpr int kMostRefusals = 100;

/// Fields that the API does not have: the language has no word for them either.
void leave_out_unknown(Conversion& c, ir::Value& root) {
  const FieldPlace place{schemas::root(schemas::Root::kPodCliqueSet), 0};
  for (int n = 0; n < kMostRefusals; ++n) {
    const ir::Member* found = unknown_field(root, place);
    if (!found) return;
    c.context.diags.report(found->key_at, diag::DslCannotSay, "`" + std::string(found->key) + "`");
    if (!leave_out(c.context.arena, root, &found->value)) return;
  }
}

/// Leaves out what is refused, again and again; a set of which no part can be left out goes as a whole.
std::optional<std::string> partial_text(Conversion& c, std::vector<ir::Value> roots) {
  for (ir::Value& root : roots) leave_out_unknown(c, root);
  for (int n = 0; n < kMostRefusals && !roots.empty(); ++n) {
    Refusal refusal;
    if (std::optional<std::string> text = text_of(c, roots, refusal)) return text;
    if (!refusal.at) return std::nullopt;
    c.context.diags.report(refusal.at->at(), diag::DslCannotSay, refusal.what);
    bool done = false;
    for (std::size_t i = 0; i < roots.size() && !done; ++i) {
      if (&roots[i] == refusal.at || !(done = leave_out(c.context.arena, roots[i], refusal.at))) continue;
    }
    if (done) continue;
    const auto whole = std::find_if(roots.begin(), roots.end(), [&](const ir::Value& r) { return &r == refusal.at; });
    roots.erase(whole == roots.end() ? roots.begin() : whole);
  }
  return std::nullopt;
}

/// Comments outside of the documents belong to others.
void keep_comments_of(const std::vector<Document>& documents, std::vector<SourceComment>& comments) {
  std::erase_if(comments, [&](const SourceComment& comment) {
    return std::none_of(documents.begin(), documents.end(), [&](const Document& d) {
      return comment.begin >= d.begin && (comment.begin < d.end || d.end <= d.begin);
    });
  });
}

}  // namespace

std::optional<std::string> convert_to_grove(Context& context, SourceId source, const std::vector<Document>& documents,
                                            const ConvertOptions& options) {
  std::vector<Document> sets;
  if (options.partial)
    std::copy_if(documents.begin(), documents.end(), std::back_inserter(sets),
                 [](const Document& d) { return !d.broken && is_set(d.root); });
  else if (check_kinds(context, documents))
    sets = documents;
  if (sets.empty()) return std::nullopt;
  std::vector<ir::Value> roots;
  for (const Document& d : sets) roots.push_back(d.root);
  Conversion c{context, source, options, yaml_comments(context, source, roots)};
  if (options.partial && sets.size() < documents.size()) keep_comments_of(sets, c.comments);
  if (options.partial) return partial_text(c, std::move(roots));
  Refusal refusal;
  std::optional<std::string> text = text_of(c, roots, refusal);
  if (!text && refusal.at) context.diags.report(refusal.at->at(), diag::DslCannotSay, refusal.what);
  return text;
}

std::optional<std::string> format_grove(Context& context, SourceId source) {
  Tree tree = parse(context, source);
  if (tree.broken) return std::nullopt;
  return print(tree);
}

}  // namespace grovec::frontend
