// Facts that are written before anything relies on them (the table is in facts.cpp).
#include <algorithm>

#include "ir/labels.h"
#include "runtime/decide/compare.h"
#include "runtime/decide/patch.h"

namespace grovec::decide {

using ir::Value;
namespace keys = ir::keys;

namespace {

// Sizes of groups that are marked while the set still wants them; entries of groups that live or are not wanted go.
void follow_sizes(const LiveView& v, Facts& facts) {
  for (const GroupCell& g : v.groups())
    if (g.wanted && g.live && g.live->meta.deleted && g.live->meta.has_finalizer(keys::kScalingGroupFinalizer))
      facts.sizes[g.live->meta.name] = static_cast<std::uint32_t>(std::max(0, g.live->replicas));
  if (facts.sizes.empty()) return;
  std::map<std::string, std::uint32_t, std::less<>> kept;
  for (const GroupCell& g : v.groups()) {
    if (!g.wanted || g.is_there()) continue;
    if (auto at = facts.sizes.find(v.name(g)); at != facts.sizes.end()) kept.insert(*at);
  }
  facts.sizes = std::move(kept);
}

void write_annotations(Draft& d, const Facts& stored, const Facts& wanted) {
  ir::MappingBuilder b(d.arena());
  auto set = [&](std::string_view key, const std::string& from, const std::string& to) {
    if (from != to) b.set(key, to.empty() ? Value::null() : Value::string(d.keep(to)));
  };
  set(kSizesFact, sizes_text(stored), sizes_text(wanted));
  set(kHashesFact, hashes_text(stored), hashes_text(wanted));
  if (b.empty()) return;
  const bool adopts = hashes_text(stored) != hashes_text(wanted);
  Action a = action(Verb::kPatch, {Kind::kPodCliqueSet, d.view.set().meta.name},
                    {adopts ? Reason::kHashAdopted : Reason::kFact, {}, "sizes of groups"}, d.view.set().meta.uid);
  a.is_optional = !adopts;
  a.change = nest(d.arena(), {"metadata", "annotations"}, b.build());
  if (d.may(a.verb, a.key)) d.add(Stage::kFacts, std::move(a));
}

// The PodClique remembers that its minimum was scheduled, just before its status stops saying so.
void write_scheduled_once(Draft& d) {
  for (const CliqueCell& c : d.view.cliques()) {
    d.turn_to(c.replica);
    const CliqueState& s = d.states[d.view.index_of(c)];
    if (!c.is_there() || !s.scheduled_once || s.scheduled.status == Truth::kTrue) continue;
    if (c.live->meta.annotation(kScheduledOnceFact) == "true") continue;
    Action a = action(Verb::kPatch, {Kind::kPodClique, c.live->meta.name},
                      {Reason::kFact, {}, "its minimum was scheduled once"}, c.live->meta.uid);
    a.change = nest(d.arena(), {"metadata", "annotations", kScheduledOnceFact}, Value::string("true"));
    if (d.may(a.verb, a.key))
      d.add(Stage::kFacts, std::move(a));
    else
      d.cells[d.view.index_of(c)].keeps_status = true;
  }
  d.turn_to_set();
}

}  // namespace

void write_facts(Draft& d, const Facts& stored) {
  const LiveSet& set = d.view.set();
  if (const Value f = finalizer_patch(d.arena(), set.meta, keys::kSetFinalizer); !f.is_null())
    add_patch(d, Stage::kFirst, Kind::kPodCliqueSet, set.meta, f, Value::null(), {Reason::kMissing, {}, "finalizer"});
  Facts wanted = d.view.facts();
  follow_sizes(d.view, wanted);
  write_annotations(d, stored, wanted);
  write_scheduled_once(d);
}

}  // namespace grovec::decide
