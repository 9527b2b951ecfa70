// SVG with a layout of its own: boxes in boxes; inside a gang, columns by stage of the start order.
#include <algorithm>
#include <map>

#include "runtime/output/xml.h"
#include "runtime/view/graph/render.h"

namespace grovec::driver {

namespace {

constexpr int kPadding = 14, kHeader = 30, kGap = 12, kEdgeGap = 46, kCardHeight = 64, kSquare = 9, kSquareStep = 12;
constexpr std::uint32_t kMostSquares = 12, kMostColumns = 4;

/// Characters of the interface font at `size`, on the safe side.
int text_width(std::string_view text, double size) {
  double units = 0;
  for (unsigned char c : text)
    if ((c & 0xC0) != 0x80)
      units +=
          c == 'm' || c == 'w' || c == 'W' || c == 'M' ? 0.88
          : c < 0x80 && (c == 'i' || c == 'l' || c == ' ' || c == '.' || c == 't' || c == 'r' || c == 'f' || c == 'j')
              ? 0.36
              : 0.60;
  return static_cast<int>(units * size + 0.999);
}

struct Box {
  int x = 0, y = 0, w = 0, h = 0;
};

class Layout {
 public:
  explicit Layout(const Graph& graph) : has_edges_(!graph.edges.empty()) {
    measure(graph.root);
    place(graph.root, 0, 0);
  }
  const Box& of(std::size_t id) const { return places_.at(id); }

 private:
  struct Item {
    const GraphCard* card = nullptr;
    const GraphBox* box = nullptr;
    std::size_t id() const { return card ? card->id : box->id; }
  };
  using Columns = std::vector<std::vector<Item>>;

  static std::uint32_t first_stage(const GraphBox& box) {
    std::uint32_t stage = 0xFFFFFFFF;
    for (const GraphCard& c : box.cards) stage = std::min(stage, c.stage);
    // Scaled gangs start on their own and must not pull a group to the front.
    for (const GraphBox& b : box.boxes)
      if (!b.color) stage = std::min(stage, first_stage(b));
    return stage;
  }

  Columns columns_of(const GraphBox& box) const {
    std::map<std::uint32_t, std::vector<Item>> by_stage;
    for (const GraphCard& c : box.cards) by_stage[c.stage].push_back({&c, nullptr});
    std::uint32_t next = 2;  // without an order, groups stand beside the cliques and beside each other
    for (const GraphBox& b : box.boxes) {
      std::uint32_t stage = 0;
      if (box.kind == GraphBox::Kind::kReplica) stage = has_edges_ ? first_stage(b) : next;
      next = next < 1 + kMostColumns ? next + 1 : 2;
      by_stage[stage].push_back({nullptr, &b});
    }
    Columns out;
    // Without an order to show, cards of one gang stand side by side.
    for (auto& [stage, items] : by_stage)
      if (box.kind == GraphBox::Kind::kMember && !has_edges_)
        for (const Item& item : items) out.push_back({item});
      else
        out.push_back(std::move(items));
    return out;
  }

  int gap(const GraphBox& box) const {
    return has_edges_ && (box.kind == GraphBox::Kind::kMember || box.kind == GraphBox::Kind::kReplica) ? kEdgeGap
                                                                                                       : kGap;
  }

  void measure(const GraphBox& box) {
    for (const GraphCard& c : box.cards) measure(c);
    for (const GraphBox& b : box.boxes) measure(b);
    Box& p = places_[box.id];
    int head = text_width(box.title, 13) + 12 + text_width(box.note, 11) + 2 * kPadding;
    if (!box.pack.empty()) head += text_width(box.pack, 11) + 34;
    int width = 0, height = 0;
    for (const std::vector<Item>& column : columns_of(box)) {
      const auto [w, h] = size_of(column);
      width += (width ? gap(box) : 0) + w;
      height = std::max(height, h);
    }
    p.w = std::max(head, width + 2 * kPadding);
    p.h = height ? kHeader + height + kPadding : kHeader + 6;
  }

  std::pair<int, int> size_of(const std::vector<Item>& column) {
    int w = 0, h = 0;
    for (const Item& item : column) {
      w = std::max(w, places_[item.id()].w);
      h += (h ? kGap : 0) + places_[item.id()].h;
    }
    return {w, h};
  }

  void measure(const GraphCard& c) {
    const std::uint32_t squares = std::min(c.pods, kMostSquares);
    const int pods = static_cast<int>(squares) * kSquareStep + (c.pods > squares ? 48 : 0);
    int w = std::max({text_width(c.title, 13), text_width(card_text(c), 11), pods});
    if (!c.pack.empty()) w = std::max(w, text_width(c.pack, 11) + 20);
    places_[c.id] = {0, 0, std::max(w + 28, 96), kCardHeight + (c.pack.empty() ? 0 : 18)};
  }

  void place(const GraphBox& box, int x, int y) {
    places_[box.id].x = x;
    places_[box.id].y = y;
    int at_x = x + kPadding;
    for (const std::vector<Item>& column : columns_of(box)) {
      const auto [w, h] = size_of(column);
      int at_y = y + kHeader;
      for (const Item& item : column) {
        Box& p = places_[item.id()];
        // Boxes of one column are equally wide: they read as rows of a table.
        if (item.box) p.w = w;
        if (item.box)
          place(*item.box, at_x, at_y);
        else
          p.x = at_x, p.y = at_y;
        at_y += p.h + kGap;
      }
      at_x += w + gap(box);
    }
  }

  bool has_edges_;
  std::map<std::size_t, Box> places_;
};

class Svg {
 public:
  Svg(const Graph& graph, int x, int y, std::string& out) : g_(graph), layout_(graph), x_(x), y_(y), out_(out) {}

  int width() const { return layout_.of(g_.root.id).w; }
  int height() const { return layout_.of(g_.root.id).h; }

  void run() {
    boxes(g_.root);
    for (const GraphEdge& e : g_.edges) edge(e);
    cards(g_.root);
  }

 private:
  static std::string n(int value) { return std::to_string(value); }
  static std::string text(int x, int y, const std::string& cls, std::string_view content) {
    return "<text class=\"" + cls + "\" x=\"" + n(x) + "\" y=\"" + n(y) + "\">" + xml_escaped(content) + "</text>";
  }

  Box at(std::size_t id) const {
    Box p = layout_.of(id);
    p.x += x_;
    p.y += y_;
    return p;
  }

  static std::string_view kind_class(GraphBox::Kind kind) {
    constexpr std::string_view kNames[] = {"set", "replica", "group", "member", "rest"};
    return kNames[static_cast<std::size_t>(kind)];
  }

  std::string rect(const Box& p, int radius) const {
    return "<rect x=\"" + n(p.x) + "\" y=\"" + n(p.y) + "\" width=\"" + n(p.w) + "\" height=\"" + n(p.h) + "\" rx=\"" +
           n(radius) + "\"/>";
  }

  // What a script finds its object by.
  static std::string key(const GraphBox& b) {
    switch (b.kind) {
      case GraphBox::Kind::kSet:
        return "s";
      case GraphBox::Kind::kReplica:
        return "r" + std::to_string(b.i);
      case GraphBox::Kind::kGroup:
        return "g" + std::to_string(b.i) + "." + std::to_string(static_cast<std::uint32_t>(*b.group));
      case GraphBox::Kind::kMember:
        return "m" + std::to_string(b.i) + "." + std::to_string(static_cast<std::uint32_t>(*b.group)) + "." +
               std::to_string(b.j);
      case GraphBox::Kind::kRest:
        return b.group ? "m" + std::to_string(b.i) + "." + std::to_string(static_cast<std::uint32_t>(*b.group)) + "." +
                             std::to_string(b.j)
                       : "r" + std::to_string(b.i);
    }
    return {};
  }

  void boxes(const GraphBox& b) {
    const Box p = at(b.id);
    std::string cls = "box " + std::string(kind_class(b.kind));
    if (b.color) cls += " gang c" + n(*b.color);
    if (!b.pack.empty()) cls += " packed";
    out_ +=
        "<g class=\"" + cls + "\" data-key=\"" + key(b) + "\"><title>" + xml_escaped(b.name) + "</title>" + rect(p, 8);
    int x = p.x + kPadding;
    out_ += text(x, p.y + 20, "title", b.title);
    x += text_width(b.title, 13) + 12;
    if (!b.note.empty()) out_ += text(x, p.y + 20, "note", b.note);
    if (!b.pack.empty()) {
      const int w = text_width(b.pack, 11) + 22;
      pill(p.x + p.w - w - 8, p.y + 7, w, b.pack);
    }
    out_ += "</g>\n";
    for (const GraphBox& inner : b.boxes) boxes(inner);
  }

  // A topology domain: a small outlined label with a pin.
  void pill(int x, int y, int w, std::string_view content) {
    out_ += "<g class=\"pill\"><rect x=\"" + n(x) + "\" y=\"" + n(y) + "\" width=\"" + n(w) +
            "\" height=\"17\" rx=\"8\"/><circle cx=\"" + n(x + 9) + "\" cy=\"" + n(y + 8) + "\" r=\"2.5\"/>" +
            text(x + 16, y + 12, "note", content) + "</g>";
  }

  void edge(const GraphEdge& e) {
    const Box a = at(e.from), b = at(e.to);
    const int x1 = a.x + a.w, y1 = a.y + a.h / 2, x2 = b.x - 2, y2 = b.y + b.h / 2;
    const int bend = std::max(24, std::abs(x2 - x1) / 2);
    out_ += "<path class=\"edge\" marker-end=\"url(#arrow)\" data-from=\"" + std::to_string(e.from) + "\" data-to=\"" +
            std::to_string(e.to) + "\" d=\"M" + n(x1) + " " + n(y1) + "C" + n(x1 + bend) + " " + n(y1) + " " +
            n(x2 - bend) + " " + n(y2) + " " + n(x2) + " " + n(y2) + "\"><title>starts after " +
            std::to_string(e.ready) + " ready</title></path>\n";
  }

  void cards(const GraphBox& b) {
    for (const GraphCard& c : b.cards) card(c);
    for (const GraphBox& inner : b.boxes) cards(inner);
  }

  void card(const GraphCard& c) {
    const Box p = at(c.id);
    out_ += "<g class=\"card c" + n(c.color) + "\" data-key=\"q" + std::to_string(c.i) + "." + std::to_string(c.j) +
            "." + std::to_string(static_cast<std::uint32_t>(c.clique)) + "\" data-id=\"" + std::to_string(c.id) +
            "\"><title>" + xml_escaped(c.name) + "</title>" + rect(p, 6) + "<path class=\"bar\" d=\"M" + n(p.x + 3) +
            " " + n(p.y + 7) + "v" + n(p.h - 14) + "\"/>";
    out_ += text(p.x + 14, p.y + 20, "title", c.title) + text(p.x + 14, p.y + 36, "note", card_text(c));
    const std::uint32_t squares = std::min(c.pods, kMostSquares);
    for (std::uint32_t k = 0; k < squares; ++k)
      out_ += "<rect class=\"pod" + std::string(k < c.minimum ? "" : " extra") + "\" x=\"" +
              n(p.x + 14 + static_cast<int>(k) * kSquareStep) + "\" y=\"" + n(p.y + 45) + "\" width=\"" + n(kSquare) +
              "\" height=\"" + n(kSquare) + "\" rx=\"2\"/>";
    if (c.pods > squares)
      out_ += text(p.x + 16 + static_cast<int>(squares) * kSquareStep, p.y + 54, "note",
                   "+" + std::to_string(c.pods - squares));
    if (!c.pack.empty()) pill(p.x + 12, p.y + kCardHeight - 3, text_width(c.pack, 11) + 22, c.pack);
    out_ += "</g>\n";
  }

  const Graph& g_;
  Layout layout_;
  int x_, y_;
  std::string& out_;
};

constexpr std::string_view kStyle =
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}"
    ".title{font-size:13px;font-weight:600;fill:var(--text)}.note{font-size:11px;fill:var(--dim)}"
    ".box>rect{fill:var(--box);stroke:var(--line)}.set>rect{fill:var(--page)}"
    ".gang>rect{stroke:var(--c);stroke-width:1.5}.packed>rect{stroke-dasharray:5 3}"
    ".rest>rect{fill:none;stroke:var(--line);stroke-dasharray:2 4}.rest .title{fill:var(--dim);font-weight:400}"
    ".card>rect{fill:var(--card);stroke:var(--line)}.bar{stroke:var(--c);stroke-width:4;stroke-linecap:round}"
    ".card .pod{fill:var(--c);stroke:var(--c)}.card .extra{fill:none}"
    ".pill rect{fill:var(--page);stroke:var(--line)}.pill circle{fill:var(--dim)}"
    ".edge{fill:none;stroke:var(--edge);stroke-width:1.5}#arrow path{fill:var(--edge)}";

}  // namespace

const char* const kLightColors =
    "--page:#ffffff;--box:#f6f8fa;--card:#ffffff;--line:#d0d7de;--text:#1f2328;--dim:#59636e;--edge:#818b98";
const char* const kDarkColors =
    "--page:#0d1117;--box:#151b23;--card:#212830;--line:#3d444d;--text:#f0f6fc;--dim:#9198a1;--edge:#7d8590";

namespace {

std::string colors() {
  std::string out;
  for (int c = 0; c < kGangColors; ++c) out += ".c" + std::to_string(c) + "{--c:" + kPalette[c] + "}";
  return out;
}

constexpr std::string_view kMarker =
    "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerUnits=\"userSpaceOnUse\" "
    "markerWidth=\"10\" markerHeight=\"10\" "
    "orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>\n";

std::string size_attributes(int w, int h) {
  return "width=\"" + std::to_string(w) + "\" height=\"" + std::to_string(h) + "\" viewBox=\"0 0 " + std::to_string(w) +
         " " + std::to_string(h) + "\"";
}

// One line that explains the signs.
std::string legend(const Graph& graph, int y) {
  int x = kPadding;
  std::string out = "<g class=\"legend\">";
  auto sign = [&](const std::string& mark, std::string_view content) {
    out += mark + "<text class=\"note\" x=\"" + std::to_string(x + 16) + "\" y=\"" + std::to_string(y + 9) + "\">" +
           xml_escaped(content) + "</text>";
    x += 16 + text_width(content, 11) + 22;
  };
  auto square = [&](int color, std::string_view cls) {
    return "<g class=\"card c" + std::to_string(color) + "\"><rect class=\"pod " + std::string(cls) + "\" x=\"" +
           std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" width=\"9\" height=\"9\" rx=\"2\"/></g>";
  };
  const bool has_scaled =
      std::any_of(graph.gangs.begin(), graph.gangs.end(), [](const GraphGang& g) { return g.is_scaled; });
  sign(square(0, ""), "pod of the base gang");
  if (has_scaled) sign(square(1, ""), "pod of a scaled gang, which has its own color");
  sign(square(0, "extra"), "pod above the minimum");
  return out + "</g>\n";
}

std::string document(const std::vector<Graph>& graphs, bool is_inline) {
  std::string body;
  int width = 0, y = is_inline ? 0 : kPadding;
  const int x = is_inline ? 0 : kPadding;
  for (const Graph& g : graphs) {
    Svg svg(g, x, y, body);
    svg.run();
    width = std::max(width, svg.width());
    y += svg.height() + kPadding;
  }
  if (!graphs.empty() && !is_inline) {
    body += legend(graphs.front(), y);
    width = std::max(width, 560);
    y += 9 + kPadding;
  }
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" role=\"img\" aria-label=\"";
  for (const Graph& g : graphs) out += xml_escaped(g.root.title + ", " + g.root.note) + (is_inline ? "" : "; ");
  out += "\" " + size_attributes(width + 2 * x, y) + ">\n";
  if (!is_inline) {
    out += "<style>:root{" + std::string(kLightColors) + "}@media(prefers-color-scheme:dark){:root{" +
           std::string(kDarkColors) + "}}" + std::string(kStyle) + colors() +
           "</style>\n<rect width=\"100%\" height=\"100%\" style=\"fill:var(--page)\"/>\n";
  }
  return out + std::string(kMarker) + body + "</svg>\n";
}

}  // namespace

std::string graph_style() { return std::string(kStyle) + colors(); }

std::string graph_svg(const std::vector<Graph>& graphs) { return document(graphs, false); }
std::string graph_svg_inline(const Graph& graph) { return document({graph}, true); }

}  // namespace grovec::driver
