#include "runtime/live/commands/documents.h"

#include <algorithm>
#include <map>

#include "ir/labels.h"
#include "ir/value/copy.h"
#include "ir/value/writer.h"

namespace grovec::live {

using namespace ir;

namespace {

using Kind = std::pair<std::string, std::string>;  // group, kind

struct Defined {
  std::string plural;
  bool is_namespaced = true;
};

std::pair<std::string, std::string> group_version(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  if (slash == std::string_view::npos) return {"", std::string(api_version)};
  return {std::string(api_version.substr(0, slash)), std::string(api_version.substr(slash + 1))};
}

class Sorter {
 public:
  Sorter(Cluster& cluster, const driver::Compilation& c, Arena& arena) : c_(cluster), in_(c), arena_(arena) {}

  Result<std::vector<Document>> run() {
    Result<kube::Discovery> found = kube::discover(*c_.client);
    if (!found) return found.error();
    kinds_ = &*found;
    for (const driver::LoadedDocument& d : in_.foreign) note(d.document.root);
    for (int round = 0; round < 2; ++round)
      for (const driver::LoadedDocument& d : in_.foreign)
        if (is_early(d.document.root) == (round == 0))
          if (Result<Done> done = add(d.document.root, *d.context, nullptr); !done) return done.error();
    for (const auto& set : in_.sets)
      if (Result<Done> done = add(set->module.defaulted, set->module.context, &set->module.manifest); !done)
        return done.error();
    if (out_.empty()) return Error{"there is nothing to apply in the input", Error::kContent};
    return std::move(out_);
  }

 private:
  static bool is_early(const Value& root) {
    const std::string_view kind = root["kind"].as_string();
    return kind == "Namespace" || kind == "CustomResourceDefinition";
  }

  void note(const Value& root) {
    if (root["kind"].as_string() != "CustomResourceDefinition") return;
    const Value& spec = root["spec"];
    defined_[{std::string(spec["group"].as_string()), std::string(spec["names"]["kind"].as_string())}] = {
        std::string(spec["names"]["plural"].as_string()), spec["scope"].as_string() != "Cluster"};
  }

  Result<Done> add(const Value& root, const Context& context, const Value* written) {
    Document d;
    d.kind = root["kind"].as_string();
    d.name = root["metadata"]["name"].as_string();
    if (d.name.empty()) return Error{"a " + d.kind + " without a name cannot be applied", Error::kContent};
    const auto [group, version] = group_version(root["apiVersion"].as_string());
    Defined what;
    bool is_known = false;
    for (const kube::ApiResource& r : kinds_->resources())
      if (r.group == group && r.version == version && r.kind == d.kind) {
        what = {r.plural, r.is_namespaced};
        is_known = true;
        break;
      }
    if (const auto own = defined_.find({group, d.kind}); !is_known && own != defined_.end()) {
      what = own->second;
      d.waits = true;
    } else if (!is_known) {
      return Error{"the cluster does not know " + d.kind + " of " + std::string(root["apiVersion"].as_string()) +
                       ": `grovec schema` prints the CRDs of Grove",
                   Error::kContent};
    }
    if (what.is_namespaced) {
      d.namespace_ = root["metadata"]["namespace"].as_string();
      if (d.namespace_.empty()) d.namespace_ = c_.namespace_;
    }
    d.path = kube::path_of(group, version, what.plural, d.namespace_, d.name);
    d.title = d.kind + " " + (d.namespace_.empty() ? "" : d.namespace_ + "/") + d.name;
    d.tree = sendable(arena_, root, d.namespace_);
    d.context = &context;
    d.is_set = written != nullptr;
    d.has_count = written && (*written)["spec"].find("replicas");
    out_.push_back(std::move(d));
    return Done{};
  }

  Cluster& c_;
  const driver::Compilation& in_;
  Arena& arena_;
  const kube::Discovery* kinds_ = nullptr;
  std::map<Kind, Defined> defined_;
  std::vector<Document> out_;
};

// Who keeps the count of a set through its scale subresource, and is nobody at a keyboard; or empty.
std::string scaler_of(const Value& root) {
  for (const Value& m : root["metadata"]["managedFields"].items()) {
    const std::string_view manager = m["manager"].as_string();
    if (m["subresource"].as_string() == "scale" && m["fieldsV1"]["f:spec"].find("f:replicas") &&
        manager != apply::kScaleManager && !manager.starts_with("kubectl"))
      return std::string(manager);
  }
  return {};
}

// The fields that are ours by server-side apply, or null.
const Value& own_fields(const Value& root) {
  static const Value kNone = Value::null();
  for (const Value& m : root["metadata"]["managedFields"].items())
    if (m["manager"].as_string() == apply::kFieldManager && m["operation"].as_string() == "Apply" &&
        m["subresource"].as_string().empty())
      return m["fieldsV1"];
  return kNone;
}

// What counts of an object: all but what the server keeps for itself.
Value content_of(Arena& arena, const Value& root) {
  MappingBuilder metadata(arena, root["metadata"]);
  for (std::string_view key : {"managedFields", "resourceVersion", "generation"}) metadata.remove(key);
  return MappingBuilder(arena, root).remove("status").set("metadata", metadata.build()).build();
}

// Both are mappings or both are lists of one length, or `ours` wins.
Value merged(Arena& arena, const Value& stored, const Value& ours) {
  if (stored.is_mapping() && ours.is_mapping()) {
    MappingBuilder out(arena, stored);
    for (const Member& m : ours.members()) {
      const Value* old = stored.find(m.key);
      out.set(m.key, old ? merged(arena, *old, m.value) : without_origins(arena, m.value));
    }
    return out.build();
  }
  if (stored.is_sequence() && ours.is_sequence() && stored.size() == ours.size()) {
    std::vector<Value> items;
    for (std::size_t i = 0; i < ours.size(); ++i) items.push_back(merged(arena, stored.items()[i], ours.items()[i]));
    return make_sequence(arena, items);
  }
  return without_origins(arena, ours);
}

// `conflict with "kubectl" using v1`: the name between the quotes.
std::string manager_in(std::string_view message) {
  const std::size_t from = message.find('"');
  const std::size_t to = from == std::string_view::npos ? from : message.find('"', from + 1);
  return to == std::string_view::npos ? std::string(message) : std::string(message.substr(from + 1, to - from - 1));
}

Error conflict_of(const kube::Answer& answer, bool is_versioned) {
  Error error = *answer.error;
  const Result<Tree> status = read_json(answer.body);
  if (!status) return error;
  std::string fields;
  for (const Value& cause : status->root["details"]["causes"].items())
    if (cause["reason"].as_string() == "FieldManagerConflict")
      fields.append(fields.empty() ? "`" : ", `")
          .append(cause["field"].as_string())
          .append("` belongs to `" + manager_in(cause["message"].as_string()) + "`");
  if (fields.empty()) {
    if (is_versioned) error.kind = Error::kRetry;
    return error;
  }
  error.message = fields +
                  ". Leave the field out of the file, or write the value that is there; `--force-conflicts` "
                  "takes it from them";
  return error;
}

// A count that somebody else keeps is theirs: an autoscaler's, and any that the file does not name.
void leave_count(Document& d, Arena& arena) {
  if (!d.is_set || !d.stored) return;
  const Value& live = d.stored->root["spec"]["replicas"];
  if (!live.is_int() || equal(live, d.tree["spec"]["replicas"])) return;
  d.scaler = scaler_of(d.stored->root);
  if (d.scaler.empty() && !d.has_count && !own_fields(d.stored->root)["f:spec"].find("f:replicas"))
    d.scaler = Document::kSomebody;
  if (d.scaler.empty()) return;
  d.kept_replicas = live.as_int();
  const Value spec = MappingBuilder(arena, d.tree["spec"]).remove("replicas").build(d.tree["spec"].at());
  d.tree = MappingBuilder(arena, d.tree).set("spec", spec).build(d.tree.at());
}

kube::Answer call(Cluster& cluster, const Document& d, const SendOptions& options) {
  return cluster.client->call(apply::apply_request(d.path, d.tree, options));
}

Error error_of(const kube::Answer& answer, const SendOptions& options) {
  if (answer.error->message.find("field not declared in schema") != std::string::npos)
    return {
        answer.error->message +
            ". The cluster's CRD lacks the field: `grovec schema --crds --api extended | kubectl apply --server-side "
            "-f -` brings those of grovec's extensions",
        Error::kContent};
  return answer.status == 409 ? conflict_of(answer, !options.resource_version.empty()) : *answer.error;
}

}  // namespace

Value sendable(Arena& arena, const Value& tree, std::string_view namespace_) {
  MappingBuilder metadata(arena, tree["metadata"]);
  for (std::string_view key :
       {"managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink", "namespace"})
    metadata.remove(key);
  if (!namespace_.empty()) metadata.set("namespace", Value::string(arena.copy(namespace_)));
  std::vector<Value> finalizers;
  for (const Value& f : tree["metadata"]["finalizers"].items())
    if (f.as_string() != keys::kSetFinalizer) finalizers.push_back(f);
  if (finalizers.empty())
    metadata.remove("finalizers");
  else
    metadata.set("finalizers", make_sequence(arena, finalizers, tree["metadata"]["finalizers"].at()));
  return MappingBuilder(arena, tree)
      .remove("status")
      .set("metadata", metadata.build(tree["metadata"].at()))
      .build(tree.at());
}

bool Document::changes() const {
  if (waits || !stored || !result) return true;
  Arena arena;
  return !equal(content_of(arena, stored->root), content_of(arena, result->root)) ||
         !equal(own_fields(stored->root), own_fields(result->root));
}

Result<std::vector<Document>> documents_of(Cluster& cluster, const driver::Compilation& c, Arena& arena) {
  return Sorter(cluster, c, arena).run();
}

void judge(Cluster& cluster, std::vector<Document>& documents, const SendOptions& options, bool may_compare,
           Arena& arena) {
  std::set<std::string> spaces;  // that the stream creates
  for (Document& d : documents) {
    if (d.waits) continue;
    kube::Request get;
    get.path = d.path;
    kube::Answer stored = cluster.client->call(std::move(get));
    if (stored.error && stored.status != 404) {
      d.problem = *stored.error;
      continue;
    }
    if (!stored.error) {
      Result<Tree> tree = read_json(std::move(stored.body));
      if (!tree) {
        d.problem = tree.error();
        continue;
      }
      d.stored = std::move(*tree);
    } else if (d.kind == "Namespace") {
      spaces.insert(d.name);
    } else if (spaces.contains(d.namespace_)) {
      d.waits = true;
      continue;
    }
    leave_count(d, arena);
    SendOptions trial = options;
    trial.dry_run = true;
    kube::Answer answer = call(cluster, d, trial);
    for (const std::string& w : answer.warnings) warn(d.title + ": " + w);
    if (answer.status == 403 && may_compare) {
      d.is_denied = true;
      d.result = Tree{nullptr, d.stored ? merged(arena, without_origins(arena, d.stored->root), d.tree) : d.tree};
    } else if (answer.error) {
      d.problem = error_of(answer, trial);
    } else if (Result<Tree> tree = read_json(std::move(answer.body)); tree) {
      d.result = std::move(*tree);
    } else {
      d.problem = tree.error();
    }
  }
}

Result<Tree> send(Cluster& cluster, const Document& document, const SendOptions& options) {
  kube::Answer answer = call(cluster, document, options);
  if (answer.error) return error_of(answer, options);
  return read_json(std::move(answer.body));
}

Value placed(Arena& arena, const Value& tree, const Value& ours) {
  if (tree.is_mapping() && ours.is_mapping()) {
    MappingBuilder out(arena, tree);
    for (const Member& m : tree.members())
      if (const Value* own = ours.find(m.key)) out.set(m.key, placed(arena, m.value, *own));
    return out.build(ours.at());
  }
  if (tree.is_sequence() && ours.is_sequence() && tree.size() == ours.size()) {
    std::vector<Value> items;
    for (std::size_t i = 0; i < tree.size(); ++i) items.push_back(placed(arena, tree.items()[i], ours.items()[i]));
    return make_sequence(arena, items, ours.at());
  }
  return equal(tree, ours) ? tree.with_origin(ours.at()) : tree;
}

}  // namespace grovec::live
