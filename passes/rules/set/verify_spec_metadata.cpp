#include "ir/duration.h"
#include "passes/rules/set/verify_spec.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr std::size_t kAnnotationBytes = 262144;

std::string quoted(std::string_view s) { return '`' + std::string(s) + '`'; }

constexpr std::string_view kNameHint =
    "use letters, digits, `-`, `_` and `.`, at most 63 characters, behind an optional `prefix/`";

// V005, V029
void labels(Context& context, const Value* map, const std::string& path, const diag::Kind<1>& kind) {
  if (!map) return;
  for (const Member& m : map->members()) {
    if (!is_qualified_name(m.key))
      context.diags.report(m.key_at, kind, quoted(m.key) + " cannot be the key of a label; " + std::string(kNameHint))
          .path(path);
    if (m.value.is_string() && !is_label_value(m.value.as_string()))
      context.diags
          .report(m.value.at(), kind,
                  quoted(m.value.as_string()) +
                      " cannot be the value of a label; use letters, digits, `-`, `_` and `.`, at most 63 characters")
          .path(path);
  }
}

// V006, V030
void annotations(Context& context, const Value* map, const std::string& path, const diag::Kind<1>& kind) {
  if (!map) return;
  std::size_t bytes = 0;
  for (const Member& m : map->members()) {
    bytes += m.key.size() + m.value.as_string().size();
    bool ok = is_qualified_name(m.key);
    if (!ok) ok = is_qualified_name(to_lower_ascii(m.key));  // upper case is fine in the prefix of annotations
    if (!ok)
      context.diags
          .report(m.key_at, kind, quoted(m.key) + " cannot be the key of an annotation; " + std::string(kNameHint))
          .path(path);
  }
  if (bytes > kAnnotationBytes)
    context.diags
        .report(map->at(), kind,
                "the annotations have " + std::to_string(bytes) + " bytes; at most " +
                    std::to_string(kAnnotationBytes) + " are possible")
        .path(path);
}

// V007
void owners(Context& context, const Value& list) {
  const Value* controller = nullptr;
  for (const Value& o : list.items()) {
    auto bad = [&](std::string_view field, const std::string& text) {
      context.diags.report(key_at(o, field), diag::BadOwnerReference, text)
          .path("metadata.ownerReferences." + std::string(field));
    };
    std::string_view api = o["apiVersion"].as_string();
    std::size_t slash = api.find('/');
    std::string_view version = slash == std::string_view::npos ? api : api.substr(slash + 1);
    if (version.empty() || version.find('/') != std::string_view::npos)
      bad("apiVersion", quoted(api) + " of an owner reference names no version");
    for (std::string_view field : {"kind", "name", "uid"})
      if (o[field].as_string().empty()) bad(field, "an owner reference needs " + quoted(field));
    if (api == "v1" && o["kind"].as_string() == "Event")
      context.diags.report(o.at(), diag::BadOwnerReference, "an Event cannot own objects")
          .path("metadata.ownerReferences");
    if (!o["controller"].as_bool()) continue;
    if (controller)
      context.diags.report(key_at(o, "controller"), diag::BadOwnerReference, "only one owner can be the controller")
          .note(key_at(*controller, "controller"), diag::SetHere, "controller")
          .path("metadata.ownerReferences");
    else
      controller = &o;
  }
}

// V008
void finalizers(Context& context, const Value& list) {
  const Value *orphan = nullptr, *foreground = nullptr;
  for (const Value& f : list.items()) {
    if (!is_qualified_name(f.as_string()))
      context.diags
          .report(f.at(), diag::BadFinalizer,
                  quoted(f.as_string()) + " cannot be a finalizer; " + std::string(kNameHint))
          .path("metadata.finalizers");
    if (f.as_string() == "orphan") orphan = &f;
    if (f.as_string() == "foregroundDeletion") foreground = &f;
  }
  if (orphan && foreground)
    context.diags
        .report(foreground->at(), diag::BadFinalizer, "finalizers `orphan` and `foregroundDeletion` exclude each other")
        .note(orphan->at(), diag::SetHere, "orphan")
        .path("metadata.finalizers");
}

bool is_printable_ascii_or_wide(std::string_view text) {
  for (char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  return true;
}

// V009
void managed_fields(Context& context, const Value& list) {
  for (std::size_t i = 0; i < list.items().size(); ++i) {
    const Value& f = list.items()[i];
    auto bad = [&](std::string_view field, const std::string& text) {
      context.diags.report(key_at(f, field), diag::BadManagedFields, text)
          .path("metadata.managedFields[" + std::to_string(i) + "]." + std::string(field));
    };
    std::string_view operation = f["operation"].as_string();
    if (operation != "Apply" && operation != "Update") bad("operation", "`operation` must be `Apply` or `Update`");
    std::string_view type = f["fieldsType"].as_string();
    if (!type.empty() && type != "FieldsV1") bad("fieldsType", "`fieldsType` must be `FieldsV1`");
    std::string_view manager = f["manager"].as_string();
    if (manager.size() > 128 || !is_printable_ascii_or_wide(manager))
      bad("manager", "`manager` must be printable and have at most 128 characters");
    if (f["subresource"].as_string().size() > 256) bad("subresource", "`subresource` has more than 256 characters");
  }
}

// V001-V003. A generated name exists when the webhooks run, so only its beginning is checked.
void names(Context& context, const Value& object, const Value& metadata, std::string_view space) {
  const std::string kind(object["kind"].as_string());
  const Value& generate = metadata["generateName"];
  std::string_view prefix = generate.as_string();
  if (!prefix.empty() && !is_generate_name(prefix))
    context.diags.report(generate.at(), diag::BadGenerateName, prefix).path("metadata.generateName");
  const Value& name = metadata["name"];
  if (name.as_string().empty()) {
    if (prefix.empty()) {
      OriginId at = metadata.find("name") ? name.at() : key_at(object, "metadata");
      context.diags.report(at, diag::BadSetName, "the " + kind + " needs a `name`").path("metadata.name");
    }
  } else if (!is_dns_subdomain(name.as_string())) {
    DiagnosticBuilder b = context.diags.report(
        name.at(), diag::BadSetName,
        quoted(name.as_string()) + " cannot be the name of a " + kind + "; use lower case letters, digits and `-`");
    b.path("metadata.name");
    std::string better = dns_suggestion(name.as_string());
    if (!better.empty()) b.fix(name.at(), better);
  }
  if (!is_dns_label(space)) {
    const Value* at = metadata.find("namespace");
    context.diags.report(at ? at->at() : kNowhere, diag::BadNamespace, space).path("metadata.namespace");
  }
}

// V010-V012, V062, V063
void top_level(const SpecView& v) {
  const Value& spec = (*v.set.node)["spec"];
  if (v.set.replicas < 0)
    v.context.diags.report(written_at(v.context, spec["replicas"].at()), diag::NegativeSetReplicas, v.set.replicas)
        .path(".spec.replicas");
  const Value& t = *v.set.template_;
  std::string_view startup = t["cliqueStartupType"].as_string();
  if (!t.find("cliqueStartupType"))
    v.context.diags.report(t.at(), diag::NoStartupType).path("spec.template.cliqueStartupType");
  else if (startup != "CliqueStartupTypeAnyOrder" && startup != "CliqueStartupTypeInOrder" &&
           startup != "CliqueStartupTypeExplicit" && !is_reported(v.context, t["cliqueStartupType"].at()))
    v.context.diags.report(t["cliqueStartupType"].at(), diag::BadStartupType, startup)
        .path("spec.template.cliqueStartupType");
  const Value* delay = t.find("terminationDelay");
  if (!delay)
    v.context.diags.report(t.at(), diag::NoTerminationDelay).path("spec.template.terminationDelay");
  else if (v.set.termination_delay_ns <= 0 && parse_duration(delay->as_string()))
    v.context.diags.report(delay->at(), diag::TerminationDelayNotPositive, delay->as_string())
        .path("spec.template.terminationDelay");
}

}  // namespace

void verify_object_metadata(Context& context, const Value& object, const Value& metadata, std::string_view space) {
  names(context, object, metadata, space);
  // V004 never fires: the API server sets the generation itself, on creation and on updates.
  labels(context, metadata.find("labels"), "metadata.labels", diag::BadLabel);
  annotations(context, metadata.find("annotations"), "metadata.annotations", diag::BadAnnotation);
  owners(context, metadata["ownerReferences"]);
  finalizers(context, metadata["finalizers"]);
  managed_fields(context, metadata["managedFields"]);
}

void verify_metadata(const SpecView& v, const Value& metadata) {
  static const Value kNone;
  verify_object_metadata(v.context, v.set.node ? *v.set.node : kNone, metadata, v.set.namespace_);
  top_level(v);
  for (const Clique& c : v.set.cliques) {
    if (!c.labels && !c.annotations) continue;
    labels(v.context, c.labels, clique_path(c.index, ".labels"), diag::BadCliqueLabel);
    annotations(v.context, c.annotations, clique_path(c.index, ".annotations"), diag::BadCliqueAnnotation);
  }
}

}  // namespace grovec::passes
