#include "runtime/live/eyes/pod_reader.h"

#include <algorithm>

#include "ir/labels.h"
#include "runtime/decide/pod_fields.h"

namespace grovec::live {

using namespace json;
namespace keys = ir::keys;
using decide::LivePod;

namespace {

// One pod while it is being read: members may come in any order.
class PodReader {
 public:
  PodReader(decide::Interner& interner, LivePod& pod, Seen& seen) : interner_(interner), pod_(pod), seen_(seen) {}

  bool read(value root) {
    const bool fine = each_member(root, [&](std::string_view key, value v) {
      if (key == "metadata") return read_metadata(v);
      if (key == "spec") return read_spec(v);
      if (key == "status") return read_status(v);
      return true;
    });
    pod_.has_unstarted = started_ < containers_;
    if (!has_controller_) pod_.owner_is_complete = false;
    if (!pod_.labels) pod_.labels = interner_.labels({});
    return fine;
  }

 private:
  bool read_metadata(value v) {
    return each_member(v, [&](std::string_view key, value m) {
      if (key == "name") pod_.name = text_of(m);
      if (key == "namespace") seen_.namespace_ = text_of(m);
      if (key == "uid") pod_.uid = text_of(m);
      if (key == "resourceVersion") pod_.resource_version = decide::version_of(text_of(m));
      if (key == "creationTimestamp") pod_.created = decide::parse_time(text_of(m)).value_or(decide::Instant{});
      if (key == "deletionTimestamp") pod_.deleted = decide::parse_time(text_of(m));
      if (key == "labels") return read_labels(m);
      if (key == "ownerReferences") return each_item(m, [&](value o) { return read_owner(o); });
      return true;
    });
  }

  bool read_labels(value v) {
    decide::PodLabels shared;
    bool managed = false;
    const bool fine = each_member(v, [&](std::string_view key, value m) {
      const std::string_view text = text_of(m);
      if (key == keys::kPodIndex) {
        pod_.index_label = decide::index_label_of(text);
      } else if (key == keys::kPodTemplateHash) {
        pod_.template_hash = interner_.text(text);
      } else {
        if (key == keys::kPartOf) seen_.set = text;
        if (key == keys::kManagedBy) managed = text == keys::kOperator;
        shared.items.emplace_back(key, text);
      }
      return true;
    });
    if (!managed) seen_.set.clear();
    std::sort(shared.items.begin(), shared.items.end());
    pod_.labels = interner_.labels(std::move(shared));
    return fine;
  }

  // The first controller counts.
  bool read_owner(value v) {
    bool controller = false, blocks = false;
    std::string_view api, kind, name, uid;
    const bool fine = each_member(v, [&](std::string_view key, value m) {
      if (key == "apiVersion") api = text_of(m);
      if (key == "kind") kind = text_of(m);
      if (key == "name") name = text_of(m);
      if (key == "uid") uid = text_of(m);
      if (key == "controller") controller = is_true(m);
      if (key == "blockOwnerDeletion") blocks = is_true(m);
      return true;
    });
    if (!controller || has_controller_) return fine;
    has_controller_ = true;
    pod_.owner_uid = interner_.text(uid);
    pod_.owner_name = interner_.text(name);
    pod_.owner_is_complete = api == keys::kGroveApi && kind == "PodClique" && blocks;
    seen_.owner_uid = uid;
    return fine;
  }

  bool read_spec(value v) {
    std::string others;
    const bool fine = each_member(v, [&](std::string_view key, value m) {
      if (key == "nodeName") pod_.has_node = !text_of(m).empty();
      if (key == "hostname") {
        const auto [clique, index] = decide::split_hostname(text_of(m));
        pod_.hostname_clique = interner_.text(clique);
        pod_.index = index;
      }
      if (key == "containers") return each_item(m, [&](value) { return ++containers_, true; });
      if (key == "volumes") return each_item(m, [&](value volume) { return read_volume(volume); });
      if (key == "schedulingGates") return each_item(m, [&](value g) { return read_gate(g, others); });
      return true;
    });
    pod_.other_gates = interner_.text(others);
    return fine;
  }

  bool read_volume(value v) {
    return each_member(v, [&](std::string_view key, value m) {
      if (key != "secret") return true;
      return each_member(m, [&](std::string_view name, value text) {
        if (name == "secretName") pod_.mounts_former_secret |= text_of(text).ends_with(decide::kFormerTokenSecret);
        return true;
      });
    });
  }

  bool read_gate(value v, std::string& others) {
    std::string_view name;
    const bool fine = each_member(v, [&](std::string_view key, value m) {
      if (key == "name") name = text_of(m);
      return true;
    });
    if (name == keys::kSchedulingGate)
      pod_.gated = true;
    else
      others.append(others.empty() ? "" : ",").append(name);
    return fine;
  }

  bool read_status(value v) {
    return each_member(v, [&](std::string_view key, value m) {
      if (key == "phase") pod_.phase = decide::phase_of(text_of(m));
      if (key == "conditions") return each_item(m, [&](value c) { return read_condition(c); });
      if (key == "initContainerStatuses") return each_item(m, [&](value c) { return read_container(c, true); });
      if (key == "containerStatuses") return each_item(m, [&](value c) { return read_container(c, false); });
      return true;
    });
  }

  bool read_condition(value v) {
    std::string_view type, status, reason, since;
    const bool fine = each_member(v, [&](std::string_view key, value m) {
      if (key == "type") type = text_of(m);
      if (key == "status") status = text_of(m);
      if (key == "reason") reason = text_of(m);
      if (key == "lastTransitionTime") since = text_of(m);
      return true;
    });
    if (type == "Ready") {
      pod_.ready = status == "True";
      if (pod_.ready) pod_.ready_since = decide::parse_time(since).value_or(decide::Instant{});
    } else if (type == "PodScheduled") {
      pod_.scheduled = status == "True";
      pod_.waits_at_gate = status == "False" && reason == "SchedulingGated";
      pod_.no_room = status == "False" && !pod_.waits_at_gate;
    }
    return fine;
  }

  bool read_container(value v, bool is_init) {
    bool started = false, ready = false;
    const bool fine = each_member(v, [&](std::string_view key, value m) {
      if (key == "started") started = is_true(m);
      if (key == "ready") ready = is_true(m);
      if (key == "lastState") return each_member(m, [&](std::string_view k, value t) { return read_last(k, t); });
      return true;
    });
    if (is_init) return fine;
    started_ += started;
    pod_.started_not_ready |= started && !ready;
    return fine;
  }

  bool read_last(std::string_view key, value terminated) {
    if (key != "terminated") return true;
    return each_member(terminated, [&](std::string_view k, value m) {
      if (k == "exitCode") pod_.has_failed_once |= int_of(m) != 0;
      return true;
    });
  }

  decide::Interner& interner_;
  LivePod& pod_;
  Seen& seen_;
  std::size_t containers_ = 0, started_ = 0;
  bool has_controller_ = false;
};

}  // namespace

bool read_pod_json(value root, decide::Interner& interner, Seen& out) {
  auto pod = std::make_shared<LivePod>();
  if (!PodReader(interner, *pod, out).read(root)) return false;
  out.name = pod->name;
  out.uid = pod->uid;
  out.resource_version = pod->resource_version;
  out.typed = std::shared_ptr<const LivePod>(std::move(pod));
  return true;
}

}  // namespace grovec::live
