#include "passes/admission/fill_defaults.h"

#include <algorithm>
#include <vector>

#include "passes/go/go_encode.h"
#include "passes/rules/text_rules.h"
#include "schemas/schema.h"

namespace grovec::passes {

using namespace ir;
using schemas::Root;
using schemas::Type;
using schemas::TypeId;

namespace {

constexpr std::string_view kServerSets[] = {"creationTimestamp", "deletionGracePeriodSeconds",
                                            "deletionTimestamp", "generation",
                                            "managedFields",     "resourceVersion",
                                            "selfLink",          "uid"};

class Defaulter {
 public:
  explicit Defaulter(Context& context) : context_(context), arena_(context.arena) {}

  // D1. Nulls in maps of strings become empty texts here, as the server decodes metadata itself.
  Value metadata(const Value& given, std::string_view default_namespace) {
    const Type& root = schemas::type(schemas::root(Root::kPodCliqueSet));
    Value encoded = go_encode(arena_, given, schemas::find_field(root, "metadata")->type);
    std::vector<Member> members;
    bool has_namespace = false;
    for (const Member& m : encoded.members()) {
      if (std::find(std::begin(kServerSets), std::end(kServerSets), m.key) != std::end(kServerSets)) continue;
      has_namespace |= m.key == "namespace";
      members.push_back(m);
    }
    Value out = Value::mapping(arena_.copy(std::span<const Member>(members)), given.at());
    if (has_namespace) return out;
    return with_members(arena_, out, {{"namespace", kNowhere, Value::string(default_namespace, filled(given.at()))}});
  }

  Value spec(const Value& given) {
    const Type& root = schemas::type(schemas::root(Root::kPodCliqueSet));
    Value spec = stored_form(arena_, context_.origins, given, schemas::find_field(root, "spec")->type);
    const Value* t = spec.find("template");
    if (!t || !t->is_mapping()) return spec;
    return with_members(arena_, spec, {{"template", kNowhere, template_(*t)}});
  }

  OriginId filled(OriginId parent, OriginId cause = kNowhere) {
    return context_.origins.chain(parent, OriginCause::kDefault, cause);
  }

 private:
  // Cliques first, then groups (D7), then D8 and D9.
  Value template_(const Value& t) {
    Value out = t;
    const Value& list = t["cliques"];
    if (list.is_null())  // the webhook makes a list of it
      out = with_members(arena_, out, {{"cliques", kNowhere, Value::sequence({}, list.at())}});
    else if (list.is_sequence())
      out = with_members(arena_, out, {{"cliques", kNowhere, each(list, &Defaulter::clique)}});
    const Value& groups = t["podCliqueScalingGroups"];
    if (groups.is_sequence())
      out = with_members(arena_, out, {{"podCliqueScalingGroups", kNowhere, each(groups, &Defaulter::group)}});
    if (!t.find("terminationDelay"))
      out = with_members(arena_, out, {{"terminationDelay", kNowhere, Value::string("4h0m0s", filled(t.at()))}});
    if (!t.find("headlessServiceConfig")) {
      OriginId at = filled(t.at());
      Value config = make_mapping(arena_, {{"publishNotReadyAddresses", kNowhere, Value::boolean(true, at)}}, at);
      out = with_members(arena_, out, {{"headlessServiceConfig", kNowhere, config}});
    }
    return out;
  }

  Value each(const Value& list, Value (Defaulter::*rule)(const Value&)) {
    std::span<Value> items = arena_.array<Value>(list.size());
    for (std::size_t i = 0; i < items.size(); ++i) items[i] = (this->*rule)(list.items()[i]);
    return Value::sequence(items, list.at());
  }

  Value clique(const Value& c) {
    const Value& spec = c["spec"];
    if (!spec.is_mapping()) return c;
    return with_members(arena_, c, {{"spec", kNowhere, clique_spec(spec)}});
  }

  // D2-D6. minAvailable and minReplicas take the replicas as submitted, before D4 turns 0 into 1.
  Value clique_spec(const Value& spec) {
    Value out = spec;
    const Value& pods = spec["podSpec"];
    if (pods.is_mapping()) out = with_members(arena_, out, {{"podSpec", kNowhere, pod_spec(pods)}});
    const Value& replicas = spec["replicas"];
    if (!replicas.is_int()) return out;
    if (replicas.as_int() == 0) {
      Value one = Value::integer(1, filled(spec.at(), replicas.at()));
      out = with_members(arena_, out, {{"replicas", kNowhere, one}});
    }
    Value submitted = Value::integer(replicas.as_int(), filled(spec.at(), replicas.at()));
    if (!spec.find("minAvailable")) out = with_members(arena_, out, {{"minAvailable", kNowhere, submitted}});
    const Value& scaling = spec["autoScalingConfig"];
    if (scaling.is_mapping() && !scaling.find("minReplicas")) {
      submitted = submitted.with_origin(filled(scaling.at(), replicas.at()));
      Value with = with_members(arena_, scaling, {{"minReplicas", kNowhere, submitted}});
      out = with_members(arena_, out, {{"autoScalingConfig", kNowhere, with}});
    }
    return out;
  }

  Value pod_spec(const Value& pods) {
    const Value* policy = pods.find("restartPolicy");
    bool blank = !policy || (policy->is_string() && is_blank_text(policy->as_string()));
    bool has_period = pods.find("terminationGracePeriodSeconds") != nullptr;
    if (!blank && has_period) return pods;
    OriginId at = filled(pods.at());
    Value always = Value::string("Always", policy ? policy->at() : at);
    Value period = Value::integer(30, at);
    if (has_period) return with_members(arena_, pods, {{"restartPolicy", kNowhere, always}});
    if (!blank) return with_members(arena_, pods, {{"terminationGracePeriodSeconds", kNowhere, period}});
    return with_members(arena_, pods,
                        {{"restartPolicy", kNowhere, always}, {"terminationGracePeriodSeconds", kNowhere, period}});
  }

  // D7.
  Value group(const Value& g) {
    const Value& scaling = g["scaleConfig"];
    const Value& replicas = g["replicas"];
    if (!scaling.is_mapping() || scaling.find("minReplicas") || !replicas.is_int()) return g;
    Value minimum = Value::integer(replicas.as_int(), filled(scaling.at(), replicas.at()));
    Value with = with_members(arena_, scaling, {{"minReplicas", kNowhere, minimum}});
    return with_members(arena_, g, {{"scaleConfig", kNowhere, with}});
  }

  Context& context_;
  Arena& arena_;
};

}  // namespace

Value fill_defaults(Context& context, const Value& manifest, const Environment& environment) {
  Defaulter defaulter(context);
  std::vector<Member> members;
  for (std::string_view key : {"apiVersion", "kind"})
    if (const Member* m = manifest.find_member(key)) members.push_back(*m);
  const Member* metadata = manifest.find_member("metadata");
  const Value given = metadata && metadata->value.is_mapping() ? metadata->value : Value::mapping({}, manifest.at());
  members.push_back(
      {"metadata", metadata ? metadata->key_at : kNowhere, defaulter.metadata(given, environment.default_namespace)});
  const Member* spec = manifest.find_member("spec");
  Value wanted = spec && !spec->value.is_null() ? spec->value : Value::mapping({}, defaulter.filled(manifest.at()));
  members.push_back({"spec", spec ? spec->key_at : kNowhere, defaulter.spec(wanted)});
  return Value::mapping(context.arena.copy(std::span<const Member>(members)), manifest.at());
}

}  // namespace grovec::passes
