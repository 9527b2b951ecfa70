#include <algorithm>

#include "passes/rules/set/verify_spec.h"
#include "passes/rules/text_rules.h"
#include "passes/rules/topology_names.h"

namespace grovec::passes {

using namespace ir;

namespace {

constexpr std::string_view kKaiQueue = "kai.scheduler/queue";
constexpr std::string_view kVolcanoQueue = "scheduling.grove.io/volcano-queue";

std::string_view written_name(const Clique& c) {
  return c.pod_spec ? (*c.pod_spec)["schedulerName"].as_string() : std::string_view();
}

std::string_view scheduler_of(const SpecView& v, const Clique& c) {
  std::string_view name = written_name(c);
  return name.empty() ? std::string_view(v.environment.facts.config.default_profile) : name;
}

OriginId scheduler_at(const Clique& c) {
  const Value* name = c.pod_spec ? c.pod_spec->find("schedulerName") : nullptr;
  return name && name->at() != kNowhere ? name->at() : c.spec ? key_at(*c.spec, "podSpec") : c.at("name");
}

std::string enabled_list(const OperatorConfig& config) {
  std::string out;
  for (const std::string& p : config.profiles) out += (out.empty() ? "`" : ", `") + p + '`';
  return out;
}

// V048, V049; V079 says the same as V049 once more, so it has no finding of its own.
bool one_scheduler(const SpecView& v) {
  std::vector<std::string_view> distinct;
  const Clique *first = nullptr, *other = nullptr;
  for (const Clique& c : v.set.cliques) {
    std::string_view name = scheduler_of(v, c);
    if (std::find(distinct.begin(), distinct.end(), name) != distinct.end()) continue;
    distinct.push_back(name);
    if (!first)
      first = &c;
    else if (!other)
      other = &c;
  }
  if (other) {
    std::string list;
    for (std::string_view n : distinct) list += (list.empty() ? "`" : ", `") + std::string(n) + '`';
    v.context.diags.report(scheduler_at(*other), diag::SchedulersDiffer, list)
        .note(scheduler_at(*first), diag::SetHere, distinct[0])
        .path("spec.template.cliques.spec.podSpec.schedulerName");
  }
  if (v.environment.facts.config.is_enabled(distinct[0])) return true;
  v.context.diags
      .report(scheduler_at(*first), diag::SchedulerNotEnabled, distinct[0], enabled_list(v.environment.facts.config))
      .path("spec.template.cliques.spec.podSpec.schedulerName");
  return false;
}

struct Queue {
  std::string_view name;
  OriginId at = kNowhere;
};

Queue kai_queue(const Value* labels, const Value* annotations) {
  for (const Value* map : {labels, annotations})
    if (const Value* q = map ? map->find(kKaiQueue) : nullptr; q && !q->as_string().empty())
      return {q->as_string(), q->at()};
  return {};
}

// V080-V082
void kai(const SpecView& v) {
  Queue top = kai_queue(v.set.labels, v.set.annotations);
  std::vector<Queue> distinct;
  for (const Clique& c : v.set.cliques) {
    Queue q = kai_queue(c.labels, c.annotations);
    if (q.name.empty()) continue;
    if (!top.name.empty() && q.name != top.name)
      v.context.diags.report(q.at, diag::QueueDiffers, q.name, c.name, top.name)
          .note(top.at, diag::SetHere, kKaiQueue)
          .path("spec");
    auto same = [&](const Queue& o) { return o.name == q.name; };
    if (std::none_of(distinct.begin(), distinct.end(), same)) distinct.push_back(q);
  }
  if (!top.name.empty()) return;
  if (distinct.empty()) {
    v.context.diags.report(key_at(*v.set.node, "metadata"), diag::NoQueue).path("spec");
  } else if (distinct.size() > 1) {
    std::string list;
    for (const Queue& q : distinct) list += (list.empty() ? "`" : ", `") + std::string(q.name) + '`';
    v.context.diags.report(distinct[1].at, diag::SeveralQueues, list)
        .note(distinct[0].at, diag::SetHere, kKaiQueue)
        .path("spec");
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank_text(text.substr(0, 1))) text.remove_prefix(1);
  while (!text.empty() && is_blank_text(text.substr(text.size() - 1))) text.remove_suffix(1);
  return text;
}

Queue volcano_queue(const Value* annotations) {
  const Value* q = annotations ? annotations->find(kVolcanoQueue) : nullptr;
  return q ? Queue{trimmed(q->as_string()), q->at()} : Queue{};
}

// V088, V090. Only queues that were given can be judged; without any, the cluster is believed to have them.
void volcano_lookup(const SpecView& v, const Queue& queue) {
  const std::vector<SchedulerQueue>& known = v.environment.facts.volcano_queues;
  if (known.empty()) return;
  OriginId at = queue.at != kNowhere ? queue.at : key_at(*v.set.node, "metadata");
  auto found = std::find_if(known.begin(), known.end(), [&](const SchedulerQueue& q) { return q.name == queue.name; });
  if (found == known.end())
    v.context.diags.report(at, diag::UnknownVolcanoQueue, queue.name).path("spec");
  else if (!found->state.empty() && found->state != "Open")
    v.context.diags.report(at, diag::VolcanoQueueNotOpen, queue.name, found->state).path("spec");
}

// V083-V087
void volcano(const SpecView& v) {
  std::vector<ConstraintAt> constraints = constraints_of(v.set);
  if (!constraints.empty()) {
    const ConstraintAt& c = constraints.front();
    v.context.diags.report(key_at(*c.owner, "topologyConstraint"), diag::VolcanoTopology).path("spec");
    return;
  }
  Queue top = volcano_queue(v.set.annotations);
  if (!top.name.empty() && !is_dns_subdomain(top.name)) {
    v.context.diags.report(top.at, diag::BadVolcanoQueue, top.name).path("spec");
    return;
  }
  bool ok = true;
  const Clique* first = nullptr;
  Queue resolved;
  for (const Clique& c : v.set.cliques) {
    Queue own = volcano_queue(c.annotations);
    if (!own.name.empty() && !is_dns_subdomain(own.name)) {
      v.context.diags.report(own.at, diag::BadCliqueVolcanoQueue, own.name, c.name).path("spec");
      ok = false;
      continue;
    }
    if (!own.name.empty() && !top.name.empty() && own.name != top.name) {
      v.context.diags.report(own.at, diag::VolcanoQueueDiffers, own.name, c.name, top.name)
          .note(top.at, diag::SetHere, kVolcanoQueue)
          .path("spec");
      ok = false;
      continue;
    }
    Queue q = !own.name.empty() ? own : !top.name.empty() ? top : Queue{"default", kNowhere};
    if (!first) {
      first = &c;
      resolved = q;
    } else if (q.name != resolved.name) {
      OriginId at = own.at != kNowhere ? own.at : resolved.at;
      v.context.diags.report(at, diag::SeveralVolcanoQueues, first->name, resolved.name, c.name, q.name).path("spec");
      ok = false;
    }
  }
  if (ok) volcano_lookup(v, resolved);
}

}  // namespace

void verify_schedulers(const SpecView& v) {
  if (!one_scheduler(v)) return;
  std::string_view name = scheduler_of(v, *v.set.cliques.begin());
  if (name == "kai-scheduler") kai(v);
  if (name == "volcano") volcano(v);
  if (name == "lpx-scheduler") {
    std::vector<ConstraintAt> constraints = constraints_of(v.set);
    if (!constraints.empty())  // V091
      v.context.diags.report(key_at(*constraints[0].owner, "topologyConstraint"), diag::LpxTopology).path("spec");
  }
}

}  // namespace grovec::passes
