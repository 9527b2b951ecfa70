#include "runtime/live/eyes/eyes.h"

#include <unordered_map>

#include "ir/labels.h"
#include "runtime/decide/pod_fields.h"
#include "runtime/live/eyes/pod_reader.h"
#include "runtime/live/eyes/tree_reader.h"
#include "runtime/simulate/part.h"

namespace grovec::live {

using namespace ir;
using simulate::Part;

namespace {

// A PodClique's own memory: its tree without the pod spec, and the pod spec it shares.
struct CliqueMemory {
  Part rest, pod_spec;
  std::vector<Member> spec, root;
};

Error broken(std::string_view what) {
  return {"the API server's answer is " + std::string(what) + ".", Error::kContent};
}

Value replaced(std::vector<Member>& members, const Value& of, std::string_view key, const Value& value) {
  bool is_in = false;
  for (const Member& m : of.members()) {
    if (!is_in && m.key > key) {
      members.push_back({key, kNowhere, value});
      is_in = true;
    }
    if (m.key != key) members.push_back(m);
  }
  if (!is_in) members.push_back({key, kNowhere, value});
  return Value::mapping(members);
}

void read_place(const Value& tree, Seen& out) {
  const Value& meta = tree["metadata"];
  out.namespace_ = meta["namespace"].as_string();
  out.name = meta["name"].as_string();
  out.uid = meta["uid"].as_string();
  out.resource_version = decide::version_of(meta["resourceVersion"].as_string());
  if (meta["labels"][keys::kManagedBy].as_string() == keys::kOperator)
    out.set = meta["labels"][keys::kPartOf].as_string();
  for (const Value& o : meta["ownerReferences"].items())
    if (o["controller"].as_bool()) {
      out.owner_uid = o["uid"].as_string();
      break;
    }
}

}  // namespace

struct Eyes::Tools {
  simdjson::ondemand::parser parser{16u << 20};
  std::vector<char> buffer;
  Arena scratch;
  decide::Interner interner;
  std::unordered_map<std::uint64_t, Part> pod_specs;

  Result<Done> parse(std::string_view json, simdjson::ondemand::document& out) {
    if (json.size() > kLargest) return broken("an object of more than 16 MiB");
    buffer.resize(json.size() + simdjson::SIMDJSON_PADDING);
    std::memcpy(buffer.data(), json.data(), json.size());
    std::memset(buffer.data() + json.size(), ' ', simdjson::SIMDJSON_PADDING);
    if (parser.iterate(buffer.data(), json.size(), buffer.size()).get(out)) return broken("no JSON");
    return Done{};
  }

  Typed typed(Kind kind, const Value& tree);
  Typed clique(const Value& tree);

  static constexpr std::size_t kLargest = 16u << 20;
};

Eyes::Eyes() : tools_(std::make_unique<Tools>()) {}
Eyes::~Eyes() = default;

Typed Eyes::Tools::clique(const Value& tree) {
  auto memory = std::make_shared<CliqueMemory>();
  const Value& pod_spec = tree["spec"]["podSpec"];
  Part& shared = pod_specs[simulate::hash_of(pod_spec)];
  if (!equal(shared.root(), pod_spec)) shared = Part(pod_spec);
  memory->pod_spec = shared;
  Value spec = MappingBuilder(scratch, tree["spec"]).remove("podSpec").build();
  memory->rest = Part(MappingBuilder(scratch, tree).set("spec", spec).build());
  const Value& rest = memory->rest.root();
  spec = replaced(memory->spec, rest["spec"], "podSpec", memory->pod_spec.root());
  return decide::read_clique(replaced(memory->root, rest, "spec", spec), memory);
}

Typed Eyes::Tools::typed(Kind kind, const Value& tree) {
  if (kind == Kind::kPodClique && tree["spec"]["podSpec"].is_mapping()) return clique(tree);
  const auto memory = std::make_shared<const Part>(tree);
  const Value& whole = memory->root();
  switch (kind) {
    case Kind::kPodClique:
      return decide::read_clique(whole, memory);
    case Kind::kPodCliqueScalingGroup:
      return decide::read_group(whole, memory);
    case Kind::kPodCliqueSet: {
      auto set = std::make_shared<LiveManifest>();
      set->live = *decide::read_set(whole, memory);
      set->tree = whole;
      return std::shared_ptr<const LiveManifest>(std::move(set));
    }
    case Kind::kPodGang:
      return decide::read_gang(whole, memory);
    case Kind::kClusterTopologyBinding:
      return std::make_shared<const LiveFact>(LiveFact{whole, memory});
    default:
      return decide::read_object(kind, whole, memory);
  }
}

Result<Seen> Eyes::read(Kind kind, std::string_view json) {
  simdjson::ondemand::document document;
  if (auto parsed = tools_->parse(json, document); !parsed) return parsed.error();
  json::value root;
  if (document.get_value().get(root)) return broken("no JSON object");
  Seen out;
  out.kind = kind;
  if (kind == Kind::kPod) {
    if (!read_pod_json(root, tools_->interner, out)) return broken("no proper JSON");
  } else {
    tools_->scratch.reset();
    Value tree;
    if (!read_tree_json(root, kind == Kind::kSecret, tools_->scratch, tree)) return broken("no proper JSON");
    read_place(tree, out);
    out.typed = tools_->typed(kind, tree);
  }
  const char* rest = nullptr;
  if (document.current_location().get(rest) != simdjson::OUT_OF_BOUNDS) return broken("followed by something else");
  if (out.name.empty()) return broken("an object without a name");
  return out;
}

Result<std::shared_ptr<const LiveFact>> Eyes::read_tree(std::string_view json) {
  simdjson::ondemand::document document;
  if (auto parsed = tools_->parse(json, document); !parsed) return parsed.error();
  json::value root;
  tools_->scratch.reset();
  Value tree;
  if (document.get_value().get(root) || !read_tree_json(root, false, tools_->scratch, tree))
    return broken("no proper JSON");
  const auto memory = std::make_shared<const Part>(tree);
  return std::make_shared<const LiveFact>(LiveFact{memory->root(), memory});
}

void Eyes::sweep() {
  tools_->interner.sweep();
  std::erase_if(tools_->pod_specs, [](const auto& p) { return p.second.is_unshared(); });
}

}  // namespace grovec::live
