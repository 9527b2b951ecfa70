#include "frontend/dsl/convert/convert.h"

#include "frontend/dsl/convert/comments.h"
#include "frontend/dsl/convert/converter.h"
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

/// Reads `text` back and compares; reports the first difference.
bool verify(Context& context, const std::string& text, const std::vector<Document>& documents, bool report) {
  const std::size_t limit = SyntaxLimits{}.bytes;
  if (text.size() > limit) {
    if (report)
      context.diags.report(documents[0].root.at(), diag::DslTooLarge, static_cast<std::uint64_t>(text.size()),
                           static_cast<std::uint64_t>(limit));
    return false;
  }
  Context scratch;
  const auto back = read_grove(scratch, scratch.sources.add("converted.grove", text), {});
  std::string path;
  const ir::Value* at = nullptr;
  bool ok = scratch.diags.errors() == 0 && back.size() == documents.size();
  if (!ok && !documents.empty()) at = &documents[0].root;
  for (std::size_t i = 0; ok && i < back.size(); ++i) {
    path.clear();
    ok = same(documents[i].root, back[i].root, {schemas::root(schemas::Root::kPodCliqueSet), 0}, path, at);
  }
  if (!ok && report) {
    if (path.empty()) path = scratch.diags.all().empty() ? "the document" : scratch.diags.all()[0].message;
    context.diags.report(at ? at->at() : kNowhere, diag::DslCannotSay, path);
  }
  return ok;
}

bool check_kinds(Context& context, const std::vector<Document>& documents) {
  bool ok = !documents.empty();
  for (const Document& d : documents) {
    if (d.broken) {
      ok = false;
      continue;
    }
    const std::string_view kind = d.root["kind"].as_string(), version = d.root["apiVersion"].as_string();
    if (kind == "PodCliqueSet" && version == "grove.io/v1alpha1") continue;
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

std::optional<std::string> convert_to_grove(Context& context, SourceId source, const std::vector<Document>& documents,
                                            const ConvertOptions& options) {
  if (!check_kinds(context, documents)) return std::nullopt;
  std::vector<ir::Value> roots;
  for (const Document& d : documents) roots.push_back(d.root);
  const std::vector<SourceComment> comments = yaml_comments(context, source, roots);
  std::string best;
  for (const bool mixins : {false, true}) {
    if (mixins && !options.mixins) break;
    Tree tree;
    Converter converter(context, tree);
    for (const ir::Value& root : roots) {
      if (converter.set(root, mixins)) continue;
      context.diags.report(converter.refused->at(), diag::DslCannotSay, "this");
      return std::nullopt;
    }
    const std::uint32_t first_key = context.origins[roots[0].at()].begin;
    attach_comments(tree, comments, context.sources.text(source), first_key);
    std::string text = print(tree);
    if (!best.empty() && text.size() >= best.size()) continue;
    // Without mixins a difference is the language's; with them it would be ours: the plain text then stands.
    if (!verify(context, text, documents, !mixins)) {
      if (mixins) continue;
      return std::nullopt;
    }
    best = std::move(text);
  }
  return best;
}

std::optional<std::string> format_grove(Context& context, SourceId source) {
  Tree tree = parse(context, source);
  if (tree.broken) return std::nullopt;
  return print(tree);
}

}  // namespace grovec::frontend
