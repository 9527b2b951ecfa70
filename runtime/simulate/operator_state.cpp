// What counts of an operator for what comes next, as a number.
#include "runtime/simulate/operator.h"

namespace grovec::simulate {

using decide::Action;

namespace {

std::uint64_t text_hash(const std::string& text) { return hash_of(std::string_view(text)); }

bool is_time(std::string_view text) {
  return text.size() >= 20 && text[4] == '-' && text[10] == 'T' && text.back() == 'Z';
}

// As hash_of, with times as one and the same: a decision's own are always those of its look.
std::uint64_t hash_of_change(const ir::Value& v) {
  if (v.is_string() && is_time(v.as_string())) return 1;
  if (!v.is_mapping() && !v.is_sequence()) return hash_of(v);
  std::uint64_t h = v.size();
  for (const ir::Value& item : v.items()) h = mix(h, hash_of_change(item));
  for (const ir::Member& m : v.members()) h = mix(mix(h, hash_of(m.key)), hash_of_change(m.value));
  return h;
}

std::uint64_t version_hash(const ObjectPtr& known, const Store& store) {
  if (!known) return 3;
  const ObjectPtr living = store.find(known->key);
  return mix(mix(known->meta.hash(), known->body.hash()), living && living->uid == known->uid);
}

}  // namespace

const Action* Operator::next_write() const {
  return flight_ ? &flight_->decision->steps[flight_->step][flight_->action] : nullptr;
}

std::uint64_t Operator::state_hash(const Store& store, const Store& view, Instant now) const {
  if (!running_) return 7;
  std::uint64_t h =
      mix(look_at_.has_value(), again_ ? static_cast<std::uint64_t>(again_->seconds() - now.seconds()) : 1u << 30);
  for (std::size_t k = 0; k < kKinds; ++k) h = mix(h, view.version_of(static_cast<Kind>(k)) < wrote_[k]);
  for (const decide::Failures::Failure& failure : failures_.all()) {
    const decide::FailedWrite& f = failure.write;
    h = mix(
        h, mix(static_cast<std::uint64_t>(f.verb), mix(static_cast<std::uint64_t>(f.key.kind), text_hash(f.key.name))));
    h = mix(h, mix(static_cast<std::uint64_t>(f.code) * 2 + f.lacks,
                   mix(f.count, static_cast<std::uint64_t>(now.ns - f.at.ns))));
    const ObjectPtr object = view.find(key_of(f.key));
    h = mix(h, object && object->uid == failure.target.uid);
  }
  if (!flight_) return h;
  const Flight& f = *flight_;
  h = mix(h, f.fact_failed);
  for (const decide::ObjectKey& key : f.not_created)
    h = mix(h, mix(static_cast<std::uint64_t>(key.kind), text_hash(key.name)));
  for (std::size_t s = f.step; s < f.decision->steps.size(); ++s) {
    h = mix(h, 11);
    const decide::Step& step = f.decision->steps[s];
    for (std::size_t n = s == f.step ? f.action : 0; n < step.size(); ++n) {
      const Action& a = step[n];
      h = mix(h, mix(static_cast<std::uint64_t>(a.verb),
                     mix(static_cast<std::uint64_t>(a.key.kind), text_hash(a.key.name))));
      h = mix(h, mix(static_cast<std::uint64_t>(a.why.reason), hash_of_change(a.change)));
      const ObjectPtr target = store.find(key_of(a.key));
      h = mix(h, (target && target->uid == a.uid) + 2u * a.uid.empty() + 4u * a.source.gated +
                     8u * (a.resource_version > 0) + 16u * (target && target->resource_version == a.resource_version));
      if (a.owner) h = mix(h, version_hash(known(*a.owner), store));
      if (a.source.from == decide::Source::From::kClique) h = mix(h, version_hash(known(a.source.clique), store));
      if (a.source.from == decide::Source::From::kPlan) h = mix(h, f.world->number());
    }
  }
  return h;
}

}  // namespace grovec::simulate
