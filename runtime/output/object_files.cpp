#include "runtime/output/object_files.h"

#include "ir/hash/template_dump.h"
#include "ir/value/json.h"
#include "ir/value/writer.h"

namespace grovec::driver {

using namespace ir;

namespace {

constexpr std::size_t kLongestStem = 200;  // file systems take 255 bytes

char file_char(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  return plain ? c : '-';
}

std::string_view text_of(const Value& v) { return v.as_string(); }

std::optional<std::set<std::string>> files_of_index(std::string text) {
  if (text.size() > UINT32_MAX) return std::nullopt;
  Context context;
  const auto size = static_cast<std::uint32_t>(text.size());
  const SourceId source = context.sources.add(std::string(kIndexName), std::move(text));
  const std::optional<Value> root = read_json(context, source, 0, size);
  if (!root || !(*root)["format_version"].is_int() || !(*root)["objects"].is_sequence()) return std::nullopt;
  std::set<std::string> names;
  for (const Value& object : (*root)["objects"].items()) names.emplace(object["file"].as_string());
  return names;
}

}  // namespace

Result<std::unique_ptr<ObjectFiles>> ObjectFiles::create(const std::string& folder, OutputFormat format) {
  Result<std::unique_ptr<OutputFolder>> made = OutputFolder::create(folder, std::string(kIndexName), files_of_index);
  if (!made) return made.error();
  return std::unique_ptr<ObjectFiles>(new ObjectFiles(std::move(*made), format));
}

std::string ObjectFiles::file_name(std::string_view kind, std::string_view ns, std::string_view name) {
  std::string stem;
  for (char c : kind) stem += file_char(c);
  for (std::string_view part : {ns, name}) {
    if (part.empty()) continue;
    stem += '.';
    for (char c : part) stem += file_char(c);
  }
  if (stem.size() > kLongestStem) {
    Fnv1a hash;
    hash.add(stem);
    stem = stem.substr(0, kLongestStem) + "-" + safe_encode(hash.sum());
  }
  std::string ending = format_ == OutputFormat::kYaml ? ".yaml" : ".json", candidate = stem;
  for (int n = 2; candidate + ending == kIndexName || !used_.insert(candidate).second; ++n)
    candidate = stem + "-" + std::to_string(n);
  return candidate + ending;
}

Result<Done> ObjectFiles::add(std::string_view api_version, std::string_view kind, std::string_view ns,
                              std::string_view name, std::string_view text) {
  const std::string file = file_name(kind, ns, name);
  if (!index_.empty()) index_ += ",\n";
  index_ += "  {\"file\":";
  append_json_string(file, index_);
  index_ += ",\"apiVersion\":";
  append_json_string(api_version, index_);
  index_ += ",\"kind\":";
  append_json_string(kind, index_);
  if (!ns.empty()) {
    index_ += ",\"namespace\":";
    append_json_string(ns, index_);
  }
  index_ += ",\"name\":";
  append_json_string(name, index_);
  index_ += '}';
  return folder_->add(file, text);
}

Result<Done> ObjectFiles::tree(const Value& value) {
  std::string text = to_text(value, format_ == OutputFormat::kYaml   ? Format::kYaml
                                    : format_ == OutputFormat::kJson ? Format::kJsonPretty
                                                                     : Format::kJson);
  if (format_ != OutputFormat::kYaml) text += '\n';
  const Value& metadata = value["metadata"];
  return add(text_of(value["apiVersion"]), text_of(value["kind"]), text_of(metadata["namespace"]),
             text_of(metadata["name"]), text);
}

Result<Done> ObjectFiles::plan(const ObjectPlan& plan, const World& world, bool with_pods) {
  Result<Done> result = Done{};
  enumerate(plan, world, [&](const Description& d, const Instance& n) {
    if (d.kind == ObjectKind::kPod && !with_pods) return true;
    Arena arena;
    result = tree(instantiate(d.tree, n, world, arena));
    return static_cast<bool>(result);
  });
  return result;
}

Result<Done> ObjectFiles::commit() {
  return folder_->commit("{\"format_version\":1,\"objects\":[\n" + index_ + "\n]}\n");
}

}  // namespace grovec::driver
