// Where pods may run: tolerations, node selectors, affinity.
#include <algorithm>

#include "passes/rules/pod/verify_pod.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

void tolerations(const Refuser& refuse, const PodView& pod) {
  const Spot list = pod.spec.field("tolerations");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Spot t = list.item(i);
    const Spot key = t.field("key"), op = t.field("operator"), value = t.field("value"), effect = t.field("effect");
    if (!key.text().empty() && !is_qualified_name(key.text()))
      refuse(key, quoted(key.text()) + " is no key of a taint");
    refuse.check(t, one_of("operator", "Equal|Exists"));
    refuse.check(t, one_of("effect", "NoSchedule|PreferNoSchedule|NoExecute"));
    if (key.text().empty() && is_word_of(op.text(), "|Equal"))
      refuse(t, "a toleration without `key` tolerates everything and needs the operator `Exists`");
    if (is_word_of(op.text(), "|Equal") && !is_label_value(value.text()))
      refuse(value, quoted(value.text()) + " is no value of a taint");
    if (op.text() == "Exists" && !value.text().empty())
      refuse(value, "a toleration with the operator `Exists` takes no `value`");
    if (t.field("tolerationSeconds").exists() && effect.text() != "NoExecute")
      refuse(effect.exists() ? effect : t, "`tolerationSeconds` needs the effect `NoExecute`");
  }
}

void requirement(const Refuser& refuse, const Spot& r, bool is_required) {
  const Spot key = r.field("key"), op = r.field("operator"), values = r.field("values");
  if (is_word_of(op.text(), "In|NotIn")) {
    if (values.size() == 0) refuse(op, quoted(op.text()) + " needs `values`");
  } else if (is_word_of(op.text(), "Exists|DoesNotExist")) {
    if (values.size() > 0) refuse(values, quoted(op.text()) + " takes no `values`");
  } else if (is_word_of(op.text(), "Gt|Lt")) {
    if (values.size() != 1) refuse(values, quoted(op.text()) + " needs exactly one value");
  } else {
    refuse(op,
           quoted(op.text()) + " is no operator of a node selector; known: In, NotIn, Exists, DoesNotExist, Gt, Lt");
  }
  if (!is_qualified_name(key.text())) refuse(key, quoted(key.text()) + " is no key of a label");
  for (std::size_t n = 0; is_required && n < values.size(); ++n) {
    const Spot value = values.item(n);
    if (!is_label_value(value.text())) refuse(value, quoted(value.text()) + " is no value of a label");
  }
}

void field_requirement(const Refuser& refuse, const Spot& r) {
  const Spot key = r.field("key"), op = r.field("operator"), values = r.field("values");
  if (!is_word_of(op.text(), "In|NotIn"))
    refuse(op, quoted(op.text()) + " is no operator for fields of nodes; known: In, NotIn");
  else if (values.size() != 1)
    refuse(values, "a field of a node is compared with exactly one value");
  if (key.text() != "metadata.name") {
    refuse(key, quoted(key.text()) + " is no field of a node that can be selected by; known: metadata.name");
    return;
  }
  for (std::size_t n = 0; n < values.size(); ++n) {
    const Spot value = values.item(n);
    if (!is_dns_subdomain(value.text())) refuse(value, quoted(value.text()) + " is no name of a node");
  }
}

void node_term(const Refuser& refuse, const Spot& term, bool is_required) {
  const Spot expressions = term.field("matchExpressions"), fields = term.field("matchFields");
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    const Spot e = expressions.item(i);
    requirement(refuse, e, is_required);
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Spot e = fields.item(i);
    field_requirement(refuse, e);
  }
}

void weight(const Refuser& refuse, const Spot& term) {
  const Spot w = term.field("weight");
  if (w->as_int() < 1 || w->as_int() > 100)
    refuse(w, "`weight` is " + std::to_string(w->as_int()) + "; it must be 1 to 100");
}

void node_affinity(const Refuser& refuse, const Spot& affinity) {
  const Spot needed = affinity.field("requiredDuringSchedulingIgnoredDuringExecution");
  if (needed.exists()) {
    const Spot terms = needed.field("nodeSelectorTerms");
    if (terms.size() == 0) refuse(terms, "`nodeSelectorTerms` needs at least one term");
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const Spot term = terms.item(i);
      node_term(refuse, term, true);
    }
  }
  const Spot preferred = affinity.field("preferredDuringSchedulingIgnoredDuringExecution");
  for (std::size_t i = 0; i < preferred.size(); ++i) {
    const Spot item = preferred.item(i);
    const Spot term = item.field("preference");
    weight(refuse, item);
    node_term(refuse, term, false);
  }
}

// Keys that are looked up in the pod's own labels.
void label_keys(const Refuser& refuse, const Spot& term) {
  const Spot same = term.field("matchLabelKeys"), other = term.field("mismatchLabelKeys");
  const Spot selector = term.field("labelSelector");
  std::set<std::string_view> selected, others;
  for (const Member& m : (*selector)["matchLabels"].members()) selected.insert(m.key);
  for (const Value& e : (*selector)["matchExpressions"].items()) selected.insert(e["key"].as_string());
  for (const Value& key : other->items()) others.insert(key.as_string());
  for (const Spot* keys : {&same, &other}) {
    if (keys->size() > 0 && !selector.exists()) {
      refuse(*keys, quoted(keys->key()) + " needs a `labelSelector`");
      continue;
    }
    for (std::size_t i = 0; i < keys->size(); ++i) {
      const Spot key = keys->item(i);
      if (!is_qualified_name(key.text())) refuse(key, quoted(key.text()) + " is no key of a label");
      if (keys == &same && others.contains(key.text()))
        refuse(key, quoted(key.text()) + " is in `matchLabelKeys` and in `mismatchLabelKeys`");
      if (keys == &same && selected.contains(key.text()))
        refuse(key, quoted(key.text()) + " is in `matchLabelKeys` and in `labelSelector`");
    }
  }
}

void pod_term(const Refuser& refuse, const Spot& term) {
  const Spot key = term.field("topologyKey"), selector = term.field("labelSelector");
  const Spot spaces = term.field("namespaceSelector"), names = term.field("namespaces");
  if (!is_qualified_name(key.text()))
    refuse(key, key.text().empty() ? "`topologyKey` is missing" : quoted(key.text()) + " is no key of a label");
  check_selector(refuse, selector);
  check_selector(refuse, spaces);
  label_keys(refuse, term);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Spot name = names.item(i);
    if (!is_dns_label(name.text())) refuse(name, quoted(name.text()) + " is no name of a namespace");
  }
}

void pod_affinity(const Refuser& refuse, const Spot& affinity) {
  const Spot needed = affinity.field("requiredDuringSchedulingIgnoredDuringExecution");
  for (std::size_t i = 0; i < needed.size(); ++i) {
    const Spot term = needed.item(i);
    pod_term(refuse, term);
  }
  const Spot preferred = affinity.field("preferredDuringSchedulingIgnoredDuringExecution");
  for (std::size_t i = 0; i < preferred.size(); ++i) {
    const Spot item = preferred.item(i);
    const Spot term = item.field("podAffinityTerm");
    weight(refuse, item);
    pod_term(refuse, term);
  }
}

}  // namespace

void verify_pod_scheduling(const PodView& pod) {
  const Refuser refuse(pod.context, diag::SchedulingInvalid);
  const Spot selector = pod.spec.field("nodeSelector"), affinity = pod.spec.field("affinity");
  tolerations(refuse, pod);
  check_labels(refuse, selector);
  const Spot nodes = affinity.field("nodeAffinity"), near = affinity.field("podAffinity");
  const Spot apart = affinity.field("podAntiAffinity");
  node_affinity(refuse, nodes);
  pod_affinity(refuse, near);
  pod_affinity(refuse, apart);
}

}  // namespace grovec::passes
