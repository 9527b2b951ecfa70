/// \file Pictures as text. Everything that comes from the input is escaped for its format.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/driver/compile.h"
#include "runtime/view/graph/model.h"
#include "runtime/view/set.h"

namespace grovec::driver {

std::string graph_dot(const std::vector<Graph>& graphs);
std::string graph_mermaid(const std::vector<Graph>& graphs);
/// A document of its own; light and dark by the viewer's preference.
std::string graph_svg(const std::vector<Graph>& graphs);
/// The same picture to stand inside a page that has its own styles.
std::string graph_svg_inline(const Graph& graph);

/// A pod as it lives.
struct GraphPod {
  std::int32_t index = -1;  ///< in its PodClique
  std::string name;
  std::string_view state;  ///< ready, not-ready, gated, pending, starting, failed, terminating
  std::vector<std::string> reasons;
};
/// What lives of a set at a moment, by PodClique.
struct GraphLife {
  std::string at, state;
  std::map<std::string, std::vector<GraphPod>, std::less<>> pods;
  std::vector<std::string> reasons;  ///< first causes first
};
/// A set with its view.
struct GraphSet {
  const CompiledSet* set;
  const SetView* view;
  const GraphLife* life = nullptr;  ///< pods are drawn in the colors of their states
};
/// What a page shows of a plan beside the sets: a first tab, a line below the header, and an action at each part.
struct GraphPlan {
  std::string title;
  std::string headline;  ///< text
  std::string report;    ///< HTML
  std::string json;      ///< schemas/output/plan.schema.json
};
/// One self-contained page: data as templates and ranges, so its size does not depend on the number of pods.
std::string graph_html(const std::vector<GraphSet>& sets, const Selection& selection, const GraphPlan* plan = nullptr);

/// Styles of the picture, and its colors as custom properties: what a page around an inline picture needs.
std::string graph_style();
extern const char* const kLightColors;
extern const char* const kDarkColors;

/// `3 pods · min 2 · 24 GPUs`: the second line of a card.
std::string card_text(const GraphCard& card);
/// CSS colors of gangs, by color index.
extern const char* const kPalette[kGangColors];

}  // namespace grovec::driver
