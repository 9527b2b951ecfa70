#include "runtime/apply/requests.h"

#include "ir/labels.h"
#include "ir/value/writer.h"

namespace grovec::apply {

using namespace ir;
using decide::Action;
using decide::Verb;

namespace {

kube::Query writing(bool with_validation) {
  kube::Query query{{"fieldManager", std::string(kFieldManager)}};
  if (with_validation) query.emplace_back("fieldValidation", "Warn");
  return query;
}

std::string_view namespace_for(const KindInfo& info, std::string_view namespace_) {
  return info.is_namespaced ? namespace_ : std::string_view();
}

// The patch with what it is only to be applied to.
Value with_preconditions(Arena& arena, const Action& action) {
  MappingBuilder metadata(arena, action.change["metadata"]);
  if (!action.uid.empty()) metadata.set("uid", Value::string(action.uid));
  if (action.resource_version > 0)
    metadata.set("resourceVersion", Value::string(arena.copy(std::to_string(action.resource_version))));
  if (metadata.empty()) return action.change;
  return MappingBuilder(arena, action.change).set("metadata", metadata.build()).build();
}

std::string delete_options(Arena& arena, const Action& action) {
  MappingBuilder only_if(arena);
  if (!action.uid.empty()) only_if.set("uid", Value::string(action.uid));
  if (action.resource_version > 0)
    only_if.set("resourceVersion", Value::string(arena.copy(std::to_string(action.resource_version))));
  MappingBuilder options(arena);
  options.set("apiVersion", Value::string("v1")).set("kind", Value::string("DeleteOptions"));
  options.set("propagationPolicy", Value::string("Background"));
  if (!only_if.empty()) options.set("preconditions", only_if.build());
  return to_text(options.build(), Format::kJson);
}

}  // namespace

kube::Request create_request(decide::Kind kind, std::string_view namespace_, const Value& body) {
  const KindInfo& info = info_of(kind);
  return {.method = kube::Method::kPost,
          .path = kube::path_of(info, namespace_for(info, namespace_)),
          .query = writing(true),
          .body = to_text(body, Format::kJson)};
}

kube::Request apply_request(std::string path, const Value& tree, const ByHand& options) {
  kube::Query query{{"fieldManager", std::string(kFieldManager)}, {"fieldValidation", "Strict"}};
  if (options.dry_run) query.emplace_back("dryRun", "All");
  if (options.force) query.emplace_back("force", "true");
  Arena arena;
  Value sent = tree;
  if (!options.resource_version.empty()) {
    MappingBuilder metadata(arena, tree["metadata"]);
    metadata.set("resourceVersion", Value::string(options.resource_version));
    sent = MappingBuilder(arena, tree).set("metadata", metadata.build()).build();
  }
  return {.method = kube::Method::kPatch,
          .path = std::move(path),
          .query = std::move(query),
          .body = to_text(sent, Format::kJson),
          .content_type = std::string(kube::kApplyYaml),
          .idempotent = true};
}

kube::Request scale_request(const std::string& path, std::int32_t replicas, const ByHand& options) {
  kube::Query query{{"fieldManager", std::string(kScaleManager)}};
  if (options.dry_run) query.emplace_back("dryRun", "All");
  return {.method = kube::Method::kPatch,
          .path = path + "/scale",
          .query = std::move(query),
          .body = "{\"spec\":{\"replicas\":" + std::to_string(replicas) + "}}",
          .content_type = std::string(kube::kMergePatch),
          .idempotent = true};
}

kube::Request delete_request(std::string path, std::string_view uid) {
  Arena arena;
  MappingBuilder options(arena), only_if(arena);
  options.set("apiVersion", Value::string("v1")).set("kind", Value::string("DeleteOptions"));
  options.set("preconditions", only_if.set("uid", Value::string(uid)).build());
  return {.method = kube::Method::kDelete,
          .path = std::move(path),
          .body = to_text(options.build(), Format::kJson),
          .idempotent = true};
}

kube::Request read_request(decide::Kind kind, std::string_view namespace_, std::string_view name) {
  const KindInfo& info = info_of(kind);
  return {.path = kube::path_of(info, namespace_for(info, namespace_), name)};
}

kube::Request change_request(const Action& action, std::string_view namespace_) {
  const KindInfo& info = info_of(action.key.kind);
  const std::string_view place = namespace_for(info, namespace_);
  Arena arena;
  if (action.verb == Verb::kDelete)
    return {.method = kube::Method::kDelete,
            .path = kube::path_of(info, place, action.key.name),
            .body = delete_options(arena, action),
            .idempotent = !action.uid.empty()};
  const std::string_view subresource = action.verb == Verb::kPatchStatus ? "status" : "";
  return {.method = kube::Method::kPatch,
          .path = kube::path_of(info, place, action.key.name, subresource),
          .query = writing(true),
          .body = to_text(with_preconditions(arena, action), Format::kJson),
          .content_type = std::string(kube::kMergePatch),
          .idempotent = action.resource_version == 0};
}

kube::Request event_request(const decide::Event& event, const EventSource& source, decide::Instant now) {
  Arena arena;
  const KindInfo& info = info_of(event.on.kind);
  const Value at = Value::string(arena.copy(decide::time_text(now)));
  const auto text = [&](std::string_view s) { return Value::string(arena.copy(s)); };
  const std::string name =
      event.on.name.substr(0, 200) + "." + std::to_string(now.ns / 1000) + "-" + std::to_string(source.number);
  const Value object = make_mapping(arena, {{"apiVersion", kNowhere, text(info.api_version)},
                                            {"kind", kNowhere, text(info.kind)},
                                            {"name", kNowhere, text(event.on.name)},
                                            {"namespace", kNowhere, text(source.namespace_)},
                                            {"uid", kNowhere, text(source.uid)}});
  MappingBuilder out(arena);
  out.set("apiVersion", text("v1")).set("kind", text("Event"));
  out.set("metadata",
          make_mapping(arena, {{"name", kNowhere, text(name)}, {"namespace", kNowhere, text(source.namespace_)}}));
  out.set("involvedObject", object)
      .set("reason", text(event.reason))
      .set("message", text(event.message.substr(0, 1024)));
  out.set("type", text(event.is_warning ? "Warning" : "Normal")).set("count", Value::integer(1));
  out.set("firstTimestamp", at).set("lastTimestamp", at);
  out.set("source", make_mapping(arena, {{"component", kNowhere, text(keys::kOperator)}}));
  out.set("reportingComponent", text(keys::kOperator)).set("reportingInstance", text(source.host));
  return {.method = kube::Method::kPost,
          .path = kube::path_of("", "v1", "events", source.namespace_),
          .query = writing(false),
          .body = to_text(out.build(), Format::kJson)};
}

}  // namespace grovec::apply
