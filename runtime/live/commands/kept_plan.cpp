#include "runtime/live/commands/kept_plan.h"

#include <algorithm>

#include "ir/hash/template_dump.h"
#include "ir/value/writer.h"
#include "runtime/driver/version.h"
#include "runtime/input/input.h"
#include "runtime/output/json_stream.h"

namespace grovec::live {

namespace {

constexpr std::int64_t kFormatVersion = 1;
constexpr std::string_view kKind = "KeptPlan";
constexpr std::string_view kNamed[] = {
    "--filename", "--exclude", "--stdin-filename", "--with", "--operator-config", "--env",
    "--set",      "--values",  "--include-root",   "--api",  "--namespace",       "--context"};

// Tells an edit, not a forgery: who can write the plan can write the input.
std::string digest_of(std::string_view text) {
  ir::Fnv1a hash;
  hash.add(text);
  return std::to_string(text.size()) + "-" + std::to_string(hash.sum());
}

std::vector<std::string> texts_of(const ir::Value& list) {
  std::vector<std::string> out;
  for (const ir::Value& v : list.items()) out.emplace_back(v.as_string());
  return out;
}

KeptPlan plan_of(const ir::Value& root) {
  KeptPlan out;
  out.program = root["program"].as_string();
  out.arguments = texts_of(root["arguments"]);
  for (const ir::Value& d : root["documents"].items())
    out.documents.push_back({std::string(d["title"].as_string()), std::string(d["digest"].as_string())});
  for (const ir::Value& s : root["sets"].items())
    out.sets.push_back(
        {std::string(s["title"].as_string()), std::string(s["uid"].as_string()), s["generation"].as_int()});
  return out;
}

}  // namespace

KeptPlan::Sent sent_of(const Document& document) {
  return {document.title, digest_of(ir::to_text(document.tree, ir::Format::kJson))};
}

KeptPlan::Set set_of(const Document& document, const ir::Value* stored) {
  KeptPlan::Set out{document.title, {}, 0};
  if (!stored) return out;
  out.uid = (*stored)["metadata"]["uid"].as_string();
  out.generation = (*stored)["metadata"]["generation"].as_int();
  return out;
}

std::vector<std::string> arguments_of(const cli::Options& options) {
  std::vector<std::string> out;
  if (options.has("--recursive")) out.emplace_back("--recursive");
  if (options.has("--only-sets")) out.emplace_back("--only-sets");
  for (std::string_view name : kNamed)
    for (const std::string& value : options.all(name)) out.push_back(std::string(name) + "=" + value);
  out.emplace_back("--");
  for (const std::string& operand : options.operands()) out.push_back(operand);
  return out;
}

std::string kept_text(const KeptPlan& plan, std::string_view text) {
  std::string out;
  driver::JsonStream json(out);
  json.begin_object().member("format_version", kFormatVersion).member("kind", kKind).member("program", plan.program);
  json.key("arguments").begin_list();
  for (const std::string& a : plan.arguments) json.value(a);
  json.end_list().key("documents").begin_list();
  for (const KeptPlan::Sent& d : plan.documents)
    json.begin_object().member("title", d.title).member("digest", d.digest).end_object();
  json.end_list().key("sets").begin_list();
  for (const KeptPlan::Set& s : plan.sets)
    json.begin_object().member("title", s.title).member("uid", s.uid).member("generation", s.generation).end_object();
  json.end_list().member("text", text).end_object();
  return out + "\n";
}

Result<std::optional<KeptPlan>> read_kept(const std::string& path) {
  if (path == "-") return std::optional<KeptPlan>();
  Result<std::string> text = driver::read_input(driver::Input{path});
  if (!text || !text->starts_with('{')) return std::optional<KeptPlan>();
  const Result<Tree> tree = read_json(std::move(*text));
  if (!tree || tree->root["kind"].as_string() != kKind) return std::optional<KeptPlan>();
  if (tree->root["format_version"].as_int() != kFormatVersion)
    return Error{path + " is a plan of another format: make a new one", Error::kContent};
  return std::optional(plan_of(tree->root));
}

std::string difference_of(const KeptPlan& kept, const KeptPlan& now) {
  if (kept.program != now.program)
    return "it was made by version " + kept.program + " of this program, which is " + now.program;
  for (std::size_t i = 0; i < std::max(kept.documents.size(), now.documents.size()); ++i) {
    if (i >= now.documents.size()) return kept.documents[i].title + " is not in the input any more";
    if (i >= kept.documents.size()) return now.documents[i].title + " is new in the input";
    if (!(kept.documents[i] == now.documents[i])) return now.documents[i].title + " is another one in the input";
  }
  for (std::size_t i = 0; i < std::min(kept.sets.size(), now.sets.size()); ++i) {
    const KeptPlan::Set &was = kept.sets[i], &is = now.sets[i];
    if (was == is) continue;
    if (was.uid.empty()) return is.title + " has been created since";
    if (is.uid.empty()) return is.title + " has been deleted since";
    if (was.uid != is.uid) return is.title + " has been deleted and created again since";
    return is.title + " is at generation " + std::to_string(is.generation) + " now, and was at " +
           std::to_string(was.generation);
  }
  return {};
}

}  // namespace grovec::live
