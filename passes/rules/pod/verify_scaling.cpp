// Metrics and behavior of HorizontalPodAutoscalers: validation of autoscaling/v2 in Kubernetes 1.35.
#include "passes/rules/pod/verify_pod.h"
#include "passes/rules/text_rules.h"

namespace grovec::passes {

using namespace ir;

namespace {

struct MetricKind {
  std::string_view type, field;
};
constexpr MetricKind kKinds[] = {{"Object", "object"},
                                 {"External", "external"},
                                 {"Pods", "pods"},
                                 {"Resource", "resource"},
                                 {"ContainerResource", "containerResource"}};

void target(const Refuser& refuse, const Spot& source, std::string_view field) {
  const Spot t = source.field("target");
  const Spot value = t.field("value"), average = t.field("averageValue"), share = t.field("averageUtilization");
  const Spot type = t.field("type");
  if (!is_word_of(type.text(), "Utilization|Value|AverageValue"))
    refuse(type, quoted(type.text()) + " is no type of a target; known: Utilization, Value, AverageValue");
  for (const Spot* s : {&value, &average})
    if (std::optional<Quantity> q = quantity_of(**s); q && compare(*q, *parse_quantity("0")) <= 0)
      refuse(*s, quoted(s->key()) + " must be above 0");
  if (share.exists() && share->as_int() < 1) refuse(share, "`averageUtilization` must be at least 1");
  const bool of_resource = field == "resource" || field == "containerResource";
  const Spot& other = of_resource ? share : value;
  if (field == "pods") {
    if (!average.exists()) refuse(t, "a metric of pods needs `averageValue`");
  } else if (!other.exists() && !average.exists()) {
    refuse(t, "the target needs " + quoted(other.key()) + " or `averageValue`");
  } else if (field != "object" && other.exists() && average.exists()) {
    refuse(average, "the target cannot have both " + quoted(other.key()) + " and `averageValue`");
  }
}

void segment(const Refuser& refuse, const Spot& node, std::string_view field) {
  const Spot s = node.field(field);
  if (s.text().empty())
    refuse(s, quoted(field) + " is missing");
  else if (!is_path_segment(s.text()))
    refuse(s, quoted(s.text()) + " cannot have `/` or `%`");
}

void source(const Refuser& refuse, const Spot& s) {
  const std::string_view field = s.key();
  if (field == "resource" || field == "containerResource") {
    refuse.check(s, required("name"));
    const Spot name = s.field("name"), container = s.field("container");
    if (field == "containerResource") {
      if (!is_dns_label(container.text())) refuse(container, quoted(container.text()) + " is no name of a container");
      if (!name.text().empty() && name.text().find('/') == std::string_view::npos &&
          !is_word_of(name.text(), "cpu|memory|ephemeral-storage") && !name.text().starts_with("hugepages-"))
        refuse(name, quoted(name.text()) + " is no resource of a container");
    }
  } else {
    const Spot metric = s.field("metric");
    segment(refuse, metric, "name");
  }
  if (field == "object") {
    const Spot described = s.field("describedObject");
    segment(refuse, described, "kind");
    segment(refuse, described, "name");
  }
  target(refuse, s, field);
}

void metrics(const Refuser& refuse, const Spot& list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Spot metric = list.item(i);
    const Spot type = metric.field("type");
    std::string_view first, expected;
    for (const MetricKind& kind : kKinds) {
      if (kind.type == type.text()) expected = kind.field;
      const Spot s = metric.field(kind.field);
      if (!s.exists()) continue;
      if (first.empty())
        source(refuse, s);
      else
        refuse(s, "the metric has both " + quoted(first) + " and " + quoted(kind.field));
      if (first.empty()) first = kind.field;
    }
    if (expected.empty())
      refuse(type, quoted(type.text()) +
                       " is no type of a metric; known: Resource, ContainerResource, Pods, Object, External");
    else if (!metric.field(expected).exists())
      refuse(type, "a metric of type " + quoted(type.text()) + " needs " + quoted(expected));
  }
}

void behavior(const Refuser& refuse, const Spot& node) {
  for (std::string_view direction : {"scaleUp", "scaleDown"}) {
    const Spot rules = node.field(direction);
    if (!rules.exists()) continue;
    constexpr FieldRule kRules[] = {in_range("stabilizationWindowSeconds", 0, 3600),
                                    one_of("selectPolicy", "Max|Min|Disabled")};
    refuse.check(rules, kRules);
    const Spot policies = rules.field("policies");
    for (std::size_t i = 0; i < policies.size(); ++i) {
      const Spot policy = policies.item(i);
      const Spot type = policy.field("type");
      if (!is_word_of(type.text(), "Pods|Percent"))
        refuse(type, quoted(type.text()) + " is no type of a policy; known: Pods, Percent");
      constexpr FieldRule kPolicy[] = {at_least("value", 1), in_range("periodSeconds", 1, 1800)};
      refuse.check(policy, kPolicy);
      for (std::string_view field : {"value", "periodSeconds"})
        if (!policy.field(field).exists()) refuse(policy, quoted(field) + " is missing");
    }
    const Spot tolerance = rules.field("tolerance");
    if (std::optional<Quantity> q = quantity_of(*tolerance); q && compare(*q, *parse_quantity("0")) < 0)
      refuse(tolerance, "`tolerance` is negative");
  }
}

}  // namespace

void verify_scaling(Context& context, const AutoScaling& scaling, const std::string& path) {
  const Refuser refuse(context, diag::BadMetric);
  const Spot root(*scaling.node, path);
  const Spot list = root.field("metrics"), how = root.field("behavior");
  metrics(refuse, list);
  if (scaling.behavior) behavior(refuse, how);
}

}  // namespace grovec::passes
