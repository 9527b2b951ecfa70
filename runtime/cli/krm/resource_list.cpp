#include "runtime/cli/krm/resource_list.h"

#include <algorithm>

#include "frontend/reader.h"
#include "ir/base/render.h"
#include "ir/value/writer.h"

namespace grovec::cli {

using namespace ir;

namespace {

bool is_internal(std::string_view key) {
  constexpr std::string_view kPrefixes[] = {"internal.config.kubernetes.io/", "config.kubernetes.io/", "config.k8s.io/",
                                            "kustomize.config.k8s.io/"};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](std::string_view p) { return key.starts_with(p); });
}

// Each line of `text` behind `indent`, the first one behind `first`.
std::string indented(std::string_view text, std::string_view first, std::string_view indent) {
  std::string out;
  bool is_first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, end + 1);
    if (line != "\n") out += is_first ? first : indent;
    out += line;
    is_first = false;
    text.remove_prefix(end + 1);
  }
  if (!out.empty() && out.back() != '\n') out += '\n';
  return out;
}

// Comments that are not indented deeper than `column` belong to what follows.
std::size_t without_comments_behind(std::string_view text, std::size_t begin, std::size_t end, std::size_t column) {
  while (end > begin) {
    const std::size_t before = text.rfind('\n', end - 2);
    const std::size_t line = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t first = text.find_first_not_of(' ', line);
    if (line <= begin || first >= end || text[first] != '#' || first - line > column) break;
    end = line;
  }
  return end;
}

}  // namespace

Result<ResourceList> ResourceList::read(Context& context, std::string text) {
  ResourceList list;
  list.context_ = &context;
  const SourceId source = context.sources.add("<stdin>", std::move(text));
  list.text_ = context.sources.text(source);
  const std::vector<frontend::Document> documents = frontend::read_documents(context, source);
  if (context.diags.errors() > 0) {
    std::string findings;
    render_all(context, {}, findings);
    return Error{"the ResourceList cannot be read\n" + findings, Error::kContent};
  }
  if (documents.size() != 1 || documents[0].root["kind"].as_string() != "ResourceList")
    return Error{"standard input is no ResourceList; kustomize and kpt call `krm` with one", Error::kContent};
  list.root_ = documents[0].root;
  const Value& items = list.root_["items"];
  if (!items.is_null() && !items.is_sequence()) return Error{"`items` of the ResourceList is no list", Error::kContent};
  for (const Value& item : items.items())
    if (!item.is_mapping()) return Error{"an item of the ResourceList is no object", Error::kContent};
  return list;
}

void ResourceList::replace(std::size_t i, std::vector<Value> manifests) {
  replacements_.push_back({i, std::move(manifests)});
}

std::size_t ResourceList::line_start(std::size_t offset) const {
  const std::size_t end = text_.rfind('\n', offset == 0 ? 0 : offset - 1);
  return offset == 0 || end == std::string_view::npos ? 0 : end + 1;
}

// From the line of the key to the line of the next key of the root.
ResourceList::Part ResourceList::member_part(const Member& member) const {
  const std::size_t begin = offset_of(member.key_at);
  std::size_t end = text_.size();
  for (const Member& m : root_.members())
    if (offset_of(m.key_at) > begin) end = std::min(end, line_start(offset_of(m.key_at)));
  return {line_start(begin), end};
}

// The lines of each item, or none if they do not stand in lines of their own (JSON, flow style).
std::vector<ResourceList::Part> ResourceList::item_parts() const {
  std::vector<Part> parts;
  const Member* member = root_.find_member("items");
  if (!member || items().empty()) return parts;
  const std::size_t end = member_part(*member).end;
  for (const Value& item : items()) {
    const std::size_t begin = line_start(offset_of(item.at()));
    const std::string_view head = text_.substr(begin, offset_of(item.at()) - begin);
    const std::size_t dash = head.find_first_not_of(' ');
    if (dash == std::string_view::npos || head[dash] != '-' || head.find_first_not_of(' ', dash + 1) != head.npos)
      return {};
    if (!parts.empty()) parts.back().end = begin;
    parts.push_back({begin, end});
  }
  return parts;
}

std::string ResourceList::edited_text(const std::vector<Part>& parts) const {
  std::string out;
  std::size_t copied = 0;
  for (const Replacement& r : replacements_) {
    const Part& part = parts[r.item];
    out += text_.substr(copied, part.begin - copied);
    const std::size_t dash = text_.find('-', part.begin) - part.begin;
    const std::string indent(dash, ' ');
    for (const Value& v : r.manifests) out += indented(to_text(v, Format::kYaml), indent + "- ", indent + "  ");
    copied = without_comments_behind(text_, part.begin, part.end, dash);
  }
  const std::size_t end = parts.back().end;
  if (copied < end) out += text_.substr(copied, end - copied);
  if (!appended_.empty()) {
    if (!out.empty() && out.back() != '\n') out += '\n';
    const std::string indent(text_.find('-', parts.back().begin) - parts.back().begin, ' ');
    for (const Value& v : appended_) out += indented(to_text(v, Format::kYaml), indent + "- ", indent + "  ");
  }
  out += text_.substr(end);
  return out;
}

std::string ResourceList::rebuilt_text(Arena& arena) const {
  std::vector<Value> all;
  std::size_t next = 0;
  for (std::size_t i = 0; i < items().size(); ++i) {
    if (next < replacements_.size() && replacements_[next].item == i) {
      const std::vector<Value>& manifests = replacements_[next++].manifests;
      all.insert(all.end(), manifests.begin(), manifests.end());
    } else {
      all.push_back(items()[i]);
    }
  }
  all.insert(all.end(), appended_.begin(), appended_.end());
  MappingBuilder out(arena, root_);
  return to_text(out.set("items", make_sequence(arena, all)).remove("results").build(), Format::kYaml);
}

std::string ResourceList::text(Arena& arena, const Value& results) const {
  const std::vector<Part> parts = item_parts();
  const Member* old = root_.find_member("results");
  // A list that would be empty, or has its old results before its items, is written anew.
  const bool all_gone =
      replacements_.size() == items().size() &&
      std::all_of(replacements_.begin(), replacements_.end(), [](const Replacement& r) { return r.manifests.empty(); });
  const bool edit =
      !parts.empty() && !(all_gone && appended_.empty()) && (!old || member_part(*old).begin >= parts.back().end);
  std::string out = edit ? edited_text(parts) : rebuilt_text(arena);
  if (edit && old) out.resize(out.size() - (text_.size() - member_part(*old).begin));
  if (!out.empty() && out.back() != '\n') out += '\n';
  if (!results.is_null()) out += to_text(MappingBuilder(arena).set("results", results).build(), Format::kYaml);
  return out;
}

ItemFile file_of(const Value& item) {
  const Value& annotations = item["metadata"]["annotations"];
  auto get = [&](std::string_view name) {
    const std::string_view text =
        annotations[std::string("internal.config.kubernetes.io/") + std::string(name)].as_string();
    return text.empty() ? annotations[std::string("config.kubernetes.io/") + std::string(name)].as_string() : text;
  };
  return {get("path"), get("index")};
}

Value without_internal_annotations(Arena& arena, const Value& item) {
  const Value* annotations = item.find("metadata", "annotations");
  if (!annotations || !annotations->is_mapping()) return item;
  MappingBuilder kept(arena, *annotations), metadata(arena, item["metadata"]), out(arena, item);
  for (const Member& m : annotations->members())
    if (is_internal(m.key)) kept.remove(m.key);
  if (kept.empty())
    metadata.remove("annotations");
  else
    metadata.set("annotations", kept.build(annotations->at()));
  return out.set("metadata", metadata.build(item["metadata"].at())).build(item.at());
}

}  // namespace grovec::cli
