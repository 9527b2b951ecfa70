#include "runtime/driver/check_file.h"

#include <algorithm>
#include <set>

#include "frontend/dsl/lower/lower.h"
#include "ir/base/check.h"
#include "ir/base/render.h"
#include "passes/lint/lint.h"
#include "passes/surroundings/identify.h"
#include "passes/surroundings/read_environment.h"
#include "runtime/driver/check_object.h"
#include "runtime/driver/consequences.h"
#include "runtime/driver/project_file.h"
#include "runtime/input/git_text.h"
#include "runtime/input/walked.h"

namespace grovec::driver {

using namespace ir;

namespace {

Result<std::string> text_of(const CheckRequest& request, const Input& input) {
  if (request.texts)
    if (auto it = request.texts->find(input.path); it != request.texts->end()) return it->second;
  return read_input(input);
}

}  // namespace

void FileCheck::load() {
  out_.name = display_name(input_);
  Result<std::string> text = text_of(request_, input_);
  if (!text) return unreadable(text.error());
  Result<std::vector<LoadedDocument>> documents = load_text(context_, out_.name, std::move(*text), language());
  if (!documents) return unreadable(documents.error());
  if (is_walked() && skips_whole_file(*documents)) {
    is_over_ = out_.is_no_manifest = true;
    return;
  }
  documents_ = std::move(*documents);
  out_.is_grove = documents_.empty() || documents_.front().is_grove;
}

void FileCheck::add_surroundings(std::vector<LoadedDocument>& out) const {
  for (const LoadedDocument& d : documents_)
    if (d.kind != DocumentKind::kSet && !is_skipped(d)) out.push_back(d);
}

void FileCheck::keep_repeats(std::size_t findings, bool is_first) {
  std::vector<Diagnostic>& all = context_.diags.all();
  all.erase(std::remove_if(all.begin() + static_cast<std::ptrdiff_t>(findings), all.end(),
                           [&](const Diagnostic& d) { return !is_first || d.info != &diag::EnvironmentObjectTwice; }),
            all.end());
}

void FileCheck::check() {
  if (is_over_) return;
  assign_documents(documents_);
  if (Result<Done> read = read_old(documents_); !read) return unreadable(read.error());
  for (std::size_t i = 0; i < documents_.size(); ++i) document(documents_[i], static_cast<std::uint32_t>(i));
  if (out_.documents.empty() && context_.diags.errors() > 0)
    out_.documents.push_back({0, {}, {}, {}, Admission::kRejected});
}

std::vector<passes::ScaledSet> FileCheck::scaled_sets() const {
  std::vector<passes::ScaledSet> out;
  for (const PodCliqueSet* set : linted_) out.push_back(passes::scaled_set(*set, environment_.default_namespace));
  return out;
}

void FileCheck::lint_scalers(const passes::ScalingFacts& facts) {
  for (const passes::Scaler& s : scalers_) {
    const auto i = static_cast<std::uint32_t>(s.order);
    context_.diags.begin_document(i);
    passes::lint_scaler(context_, documents_[i].document.root, s, facts);
  }
}

CheckedFile FileCheck::finish() {
  if (!is_over_) make_findings();
  return std::move(out_);
}

bool FileCheck::has_any_error(const CompiledSet& set) {
  const std::vector<Diagnostic>& all = set.module.context.diags.all();
  return !set.accepted || std::any_of(all.begin(), all.end(), [&](const Diagnostic& d) {
    return d.document == set.document && d.severity == Severity::kError;
  });
}

LanguageOptions FileCheck::language() const {
  LanguageOptions out = request_.language;
  if (!input_.env.empty()) out.env = input_.env;
  return out;
}

bool FileCheck::is_skipped(const LoadedDocument& d) const {
  return is_walked() && !d.document.broken && !reason_to_skip(d.document.root).empty();
}

bool FileCheck::skips_whole_file(const std::vector<LoadedDocument>& documents) {
  std::string reason = patch_ ? *patch_ : std::string();
  const bool is_text = !frontend::is_grove_path(out_.name);
  if (reason.empty() && is_text && context_.diags.errors() > 0 && context_.sources.size() > 0 &&
      is_helm_template(context_.sources.text(SourceId{0}))) {
    reason = "a template of Helm";
    out_.is_template = true;
  }
  const bool is_broken = documents.empty() || std::any_of(documents.begin(), documents.end(),
                                                          [](const auto& d) { return d.document.broken; });
  if (reason.empty() && is_text && is_broken && context_.diags.errors() > 0 && context_.sources.size() > 0 &&
      !is_meant_as_manifest(context_.sources.text(SourceId{0})))
    reason = "cannot be read, and has no `apiVersion` and no `kind`";
  if (reason.empty()) return false;
  const std::size_t n = std::max<std::size_t>(documents.size(), 1);
  for (std::size_t i = 0; i < n; ++i) {
    const Value& root = i < documents.size() ? documents[i].document.root : none();
    out_.documents.push_back({static_cast<std::uint32_t>(i), std::string(root["kind"].as_string()),
                              std::string(root["metadata"]["namespace"].as_string()),
                              std::string(root["metadata"]["name"].as_string()), Admission::kNotChecked, input_.env,
                              reason});
    if (out_.is_template) break;
  }
  return true;
}

const Value& FileCheck::none() {
  static const Value kNone;
  return kNone;
}

void FileCheck::unreadable(const Error& error) {
  is_over_ = true;
  out_.unreadable = error;
  if (error.kind == Error::kContent || error.kind == Error::kUsage)
    out_.documents.push_back({0, {}, {}, {}, Admission::kRejected});
}

void FileCheck::assign_documents(const std::vector<LoadedDocument>& documents) {
  // Documents of one text follow each other; the items of a `v1` List share its span, and the last one is meant.
  std::vector<std::size_t> of_source;
  for (std::size_t i = 0; i < documents.size(); ++i)
    if (documents[i].document.source == documents[0].document.source) of_source.push_back(i);
  read_with_errors_.resize(documents.size());
  for (Diagnostic& d : context_.diags.all()) {
    const Origin& o = context_.origins[d.at];
    if (documents.empty() || o.source != documents[0].document.source) continue;
    auto behind = std::upper_bound(of_source.begin(), of_source.end(), o.begin,
                                   [&](std::uint32_t at, std::size_t i) { return at < documents[i].document.begin; });
    if (behind == of_source.begin()) continue;
    const std::size_t i = *--behind;
    if (o.begin < documents[i].document.end || i + 1 == documents.size()) d.document = static_cast<std::uint32_t>(i);
  }
  for (const Diagnostic& d : context_.diags.all())
    if (d.document < documents.size() && is_verdict(d)) read_with_errors_[d.document] = true;
}

Result<Done> FileCheck::read_old(const std::vector<LoadedDocument>& documents) {
  if (!request_.old_file.empty()) return read_old_text(display_name({request_.old_file}), old_text_, true);
  if (request_.old_ref.empty()) return Done{};
  Result<std::optional<std::string>> same = commits_.old.text(input_.path);
  if (!same) return same.error();
  const std::string folder = real_path(folder_of(input_.path));
  const bool was_patch =
      commits_.of_old.patches.contains(folder + "/" + input_.path.substr(input_.path.rfind('/') + 1));
  if (*same && !was_patch)
    if (Result<Done> read = read_old_text(input_.path, std::move(**same), true); !read) return read;
  std::set<std::string> read_already;
  for (const LoadedDocument& d : documents) {
    if (d.kind != DocumentKind::kSet || old_of(d.document.root)) continue;
    for (const OldSet& o : commits_.of_old.sets) {
      if (o.name != name_of(d.document.root) || space_of(o.namespace_) != space_of(namespace_of(d.document.root)) ||
          !read_already.insert(o.path).second)
        continue;
      Result<std::optional<std::string>> text = commits_.old.text(o.path);
      if (!text) return text.error();
      if (!*text) continue;
      if (Result<Done> read = read_old_text(o.path, std::move(**text), false); !read) return read;
    }
  }
  return Done{};
}

Result<Done> FileCheck::read_old_text(const std::string& name, std::string text, bool is_expected) {
  context_.diags.begin_document(kOldDocument);
  LanguageOptions old = language();
  if (!request_.old_ref.empty()) old.commit = &commits_.old;
  const std::size_t first = context_.sources.size(), findings = context_.diags.all().size();
  Result<std::vector<LoadedDocument>> documents = load_text(context_, name, std::move(text), old);
  if (!documents) return documents.error();
  for (std::size_t i = first; old.commit && i < context_.sources.size(); ++i)
    context_.sources.rename(SourceId(i), request_.old_ref + ":" + std::string(context_.sources.name(SourceId(i))));
  if (!is_expected)
    context_.diags.all().erase(context_.diags.all().begin() + static_cast<std::ptrdiff_t>(findings),
                               context_.diags.all().end());
  for (Diagnostic& d : context_.diags.all())
    if (d.at != kNowhere && !documents->empty() && context_.origins[d.at].source == documents->front().document.source)
      d.document = kOldDocument;
  for (const LoadedDocument& d : *documents)
    if (d.kind == DocumentKind::kSet) old_.push_back(d.document.root);
  if (old_.empty() && !has_errors(kOldDocument, 0) && request_.old_ref.empty()) {
    OriginId at = documents->empty() ? kNowhere : documents->front().document.root.at();
    context_.diags.report(at, diag::OldNotASet, name);
  }
  old_is_unusable_ = has_errors(kOldDocument, 0);
  return Done{};
}

std::string_view FileCheck::space_of(std::string_view name) const {
  return name.empty() ? std::string_view(environment_.default_namespace) : name;
}

const Value* FileCheck::old_of(const Value& root) const {
  for (const Value& o : old_)
    if (name_of(o) == name_of(root) && space_of(namespace_of(o)) == space_of(namespace_of(root))) return &o;
  return nullptr;
}

void FileCheck::document(const LoadedDocument& d, std::uint32_t i) {
  context_.diags.begin_document(i);
  const std::size_t first = context_.diags.all().size();
  const Value& root = d.document.root;
  const Value& metadata = root["metadata"];
  CheckedDocument c{d.document.index,
                    std::string(root["kind"].as_string()),
                    std::string(metadata["namespace"].as_string()),
                    std::string(metadata["name"].as_string()),
                    Admission::kNotChecked,
                    input_.env};
  const bool broken = d.document.broken;
  if (is_walked() && !broken && !(c.reason = reason_to_skip(root)).empty()) {
    out_.documents.push_back(std::move(c));
    // What is no manifest is not found fault with: a key given twice, for example.
    std::erase_if(context_.diags.all(), [&](const Diagnostic& f) { return f.document == i; });
    return;
  }
  const passes::KnownKind* kind = broken && root.is_null() ? nullptr : passes::identify(context_, root);
  bool verdict_known = true;
  const std::size_t before = context_.diags.all().size();
  if (kind && kind->root == schemas::Root::kPodCliqueSet) {
    verdict_known = check_set(d, i, c);
  } else {
    if (kind)
      verdict_known = check_object(context_, *kind, root, environment_);
    else if (d.kind == DocumentKind::kClaimTemplate)
      check_claim_template(root);
    else if (!broken && passes::is_scaler(root))
      scalers_.push_back(passes::scaler_of(root, environment_.default_namespace, (number_ << 32) + i));
    drop_consequences(context_, before, d.document);
  }
  if (c.namespace_.empty() && kind && kind->root != schemas::Root::kClusterTopologyBinding)
    c.namespace_ = environment_.default_namespace;
  if (broken || read_with_errors_[i] || has_errors(i, first))
    c.admission = Admission::kRejected;
  else if (kind && verdict_known)
    c.admission = Admission::kAccepted;
  if (c.admission == Admission::kNotChecked)
    c.reason = kind ? "its verdict depends on what could not be read" : "no kind of Grove's";
  out_.grove_documents += kind != nullptr || c.admission == Admission::kRejected;
  out_.documents.push_back(std::move(c));
}

bool FileCheck::check_set(const LoadedDocument& d, std::uint32_t i, CheckedDocument& c) {
  static const Value kUnusable;
  CompileOptions options{.api = environment_.api,
                         .default_namespace = environment_.default_namespace,
                         .namespace_is_fixed = environment_.namespace_is_fixed,
                         .until = CompileUntil::kVerified,
                         .old = old_is_unusable_ ? &kUnusable : old_of(d.document.root),
                         .document = &d.document};
  c.is_new = !options.old && (!request_.old_file.empty() || !request_.old_ref.empty());
  const std::size_t first = context_.diags.all().size();
  Result<std::unique_ptr<CompiledSet>> set = compile_set(context_, d.document.root, scope_.facts, options);
  GROVEC_CHECK(bool(set));  // it has findings, no errors
  for (std::size_t k = first; k < first + (*set)->old_findings; ++k) context_.diags.all()[k].document = kOldDocument;
  (*set)->document = i;
  const bool verdict_known = (*set)->old_is_usable && !(*set)->verdict_is_open;
  lint((*set)->module.spec, first);
  sets_.push_back(std::move(*set));
  return verdict_known;
}

void FileCheck::lint(const PodCliqueSet& set, std::size_t first) {
  const std::vector<Diagnostic>& all = std::as_const(context_.diags).all();
  const auto hides_fields = [](const Diagnostic& d) {
    return d.severity == Severity::kError && (d.info->stage == Stage::kDecode || d.info->stage == Stage::kSchema);
  };
  if (std::any_of(all.begin() + static_cast<std::ptrdiff_t>(first), all.end(), hides_fields)) return;
  const std::uint16_t latest = diag::LatestImage.code;
  passes::lint_set(context_, set, environment_,
                   {.latest_images = request_.levels.contains(latest) || scope_.file.levels.contains(latest)});
  linted_.push_back(&set);
}

void FileCheck::check_claim_template(const Value& root) {
  ClusterFacts scratch;
  passes::read_environment_object(context_, root, environment_.default_namespace, scratch);
}

bool FileCheck::is_verdict(const Diagnostic& d) {
  return d.info->severity == Severity::kError &&
         (d.info->stage == Stage::kDecode || d.info->stage == Stage::kSchema || d.info->stage == Stage::kWebhook);
}

bool FileCheck::has_errors(std::uint32_t document, std::size_t first) const {
  const std::vector<Diagnostic>& all = context_.diags.all();
  return std::any_of(all.begin() + static_cast<std::ptrdiff_t>(first), all.end(),
                     [&](const Diagnostic& d) { return d.document == document && is_verdict(d); });
}

void FileCheck::make_findings() {
  std::vector<Diagnostic>& all = context_.diags.all();
  std::vector<SourceId> sources;
  if (context_.sources.size() > 0) sources.push_back(SourceId{0});
  std::optional<std::string> base;
  if (!request_.config_ref.empty() && input_.path != "-")
    if (Result<std::optional<std::string>> text = commits_.config.text(input_.path))
      base = text->value_or(std::string());
  out_.suppressed = apply_suppressions(context_, request_.levels, scope_.file, out_.name, sources, out_.entries_seen,
                                       base ? &*base : nullptr);
  if (all.empty()) return;
  context_.diags.sort(context_.origins);
  for (const Diagnostic& d : all) out_.findings.push_back(finding(context_, d, request_));
}

namespace {

struct Span {
  std::uint32_t begin, end;
};

/// The tag in front of a YAML value that begins at `end`, with the blanks behind it: whatever stands there, it makes a
/// value of the old type.
std::optional<Span> tag_before(std::string_view text, std::uint32_t end) {
  for (int tokens = 0; tokens < 2; ++tokens) {  // an anchor may stand between
    std::uint32_t behind = end;
    while (behind > 0 && (text[behind - 1] == ' ' || text[behind - 1] == '\t')) --behind;
    std::uint32_t begin = behind;
    while (begin > 0 && std::string_view(" \t\r\n,[]{}").find(text[begin - 1]) == std::string_view::npos) --begin;
    if (begin == behind || behind == end) return std::nullopt;
    if (text[begin] == '!') return Span{begin, end};
    if (text[begin] != '&') return std::nullopt;
    end = begin;
  }
  return std::nullopt;
}

Location location(const Context& context, SourceId source, Span span) {
  return {std::string(context.sources.name(source)), context.sources.position(source, span.begin),
          context.sources.position(source, span.end)};
}

}  // namespace

Location FileCheck::place(const Context& context, OriginId at) {
  if (at == kNowhere) return {};
  const Origin& o = context.origins[at];
  return location(context, o.source, {o.begin, o.end});
}

Finding FileCheck::finding(const Context& context, const Diagnostic& d, const CheckRequest& request) {
  Finding f{d.info, d.severity, d.message, d.path, place(context, d.at), {}, {}, {}};
  for (const Note& n : d.notes) f.notes.push_back({n.message, place(context, n.at)});
  for (const Fix& x : d.fixes) {
    const Origin& written = context.origins[x.at];
    // The anchor that an alias repeats may be right where it stands.
    const bool is_alias = written.why == OriginCause::kAlias;
    f.fixes.push_back({place(context, is_alias ? written.cause : x.at), x.replacement});
    if (is_alias || d.info->code != diag::WrongType.code) continue;
    if (const std::optional<Span> tag = tag_before(context.sources.text(written.source), written.begin))
      f.fixes.push_back({location(context, written.source, *tag), {}});
  }
  if (request.render_text) render(d, context, {.color = request.color}, f.text);
  return f;
}

}  // namespace grovec::driver
