// Graphviz and Mermaid.
#include "runtime/view/graph/render.h"

namespace grovec::driver {

const char* const kPalette[kGangColors] = {"#3f7fbf", "#e07b39", "#4c9f58", "#a868b7",
                                           "#c9a227", "#2f9e9e", "#d1587a", "#8a7a66"};

std::string card_text(const GraphCard& card) {
  std::string out = std::to_string(card.pods) + (card.pods == 1 ? " pod" : " pods");
  if (card.minimum < card.pods) out += " · min " + std::to_string(card.minimum);
  if (!card.gpus.empty()) out += " · " + card.gpus;
  return out;
}

namespace {

std::string id_of(std::size_t id) { return "n" + std::to_string(id); }

std::string dot_escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

// Mermaid reads #code; and #name; inside quotes; nothing else is special there.
std::string mermaid_escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' ||
                          c == '-' || c == '.' || c == '_' || c == '/' || c == '(' || c == ')' || c == ',' ||
                          static_cast<unsigned char>(c) >= 0x80;
    out += is_plain ? std::string(1, c) : "#" + std::to_string(static_cast<int>(c)) + ";";
  }
  return out;
}

std::string heading(const GraphBox& box, std::string_view between) {
  std::string out = box.title;
  if (!box.note.empty()) out += std::string(between) + box.note;
  if (!box.pack.empty()) out += std::string(between) + "packed in " + box.pack;
  return out;
}

class Dot {
 public:
  std::string run(const std::vector<Graph>& graphs) {
    line("digraph grovec {");
    depth_ = 1;
    line("rankdir=LR; compound=true; fontname=\"Helvetica\";");
    line("node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"Helvetica\", fontsize=11];");
    line("edge [fontname=\"Helvetica\", fontsize=9];");
    for (std::size_t g = 0; g < graphs.size(); ++g) {
      prefix_ = graphs.size() > 1 ? "s" + std::to_string(g) : "";
      box(graphs[g].root);
      for (const GraphEdge& e : graphs[g].edges)
        line(prefix_ + id_of(e.from) + " -> " + prefix_ + id_of(e.to) + " [label=\"" + std::to_string(e.ready) +
             " ready\"];");
    }
    depth_ = 0;
    line("}");
    return std::move(out_);
  }

 private:
  void line(const std::string& text) { out_ += std::string(2 * depth_, ' ') + text + "\n"; }

  void box(const GraphBox& b) {
    if (b.kind == GraphBox::Kind::kRest) {
      line(prefix_ + id_of(b.id) + " [shape=plaintext, style=\"\", label=\"" + dot_escaped(b.title) + "\\n" +
           dot_escaped(b.note) + "\", tooltip=\"" + dot_escaped(b.name) + "\"];");
      return;
    }
    line("subgraph cluster_" + prefix_ + id_of(b.id) + " {");
    ++depth_;
    line("label=\"" + dot_escaped(heading(b, " · ")) + "\"; tooltip=\"" + dot_escaped(b.name) +
         "\"; labeljust=l; fontsize=12; style=\"rounded" + (b.pack.empty() ? "" : ",dashed") + "\"; color=\"" +
         (b.color ? kPalette[*b.color] : "#999999") + "\";");
    for (const GraphCard& c : b.cards) {
      std::string label = dot_escaped(c.title) + "\\n" + dot_escaped(card_text(c));
      if (!c.pack.empty()) label += "\\npacked in " + dot_escaped(c.pack);
      line(prefix_ + id_of(c.id) + " [label=\"" + label + "\", tooltip=\"" + dot_escaped(c.name) + "\", color=\"" +
           kPalette[c.color] + "\", penwidth=2];");
    }
    for (const GraphBox& inner : b.boxes) box(inner);
    --depth_;
    line("}");
  }

  std::string out_, prefix_;
  std::size_t depth_ = 0;
};

class Mermaid {
 public:
  std::string run(const std::vector<Graph>& graphs) {
    line("flowchart LR");
    depth_ = 1;
    for (std::size_t g = 0; g < graphs.size(); ++g) {
      prefix_ = graphs.size() > 1 ? "s" + std::to_string(g) : "";
      box(graphs[g].root);
      for (const GraphEdge& e : graphs[g].edges)
        line(prefix_ + id_of(e.from) + " -->|\"" + std::to_string(e.ready) + " ready\"| " + prefix_ + id_of(e.to));
    }
    for (int c = 0; c < kGangColors; ++c)
      if (is_used_[c]) line("classDef gang" + std::to_string(c) + " stroke:" + kPalette[c] + ",stroke-width:2px");
    out_ += styles_;
    return std::move(out_);
  }

 private:
  void line(const std::string& text) { out_ += std::string(2 * depth_, ' ') + text + "\n"; }

  void box(const GraphBox& b) {
    const std::string id = prefix_ + id_of(b.id);
    if (b.kind == GraphBox::Kind::kRest) {
      line(id + "[\"" + mermaid_escaped(b.title + (b.note.empty() ? "" : ", " + b.note)) + "\"]");
      styles_ += "  style " + id + " stroke-dasharray:4\n";
      return;
    }
    line("subgraph " + id + " [\"" + mermaid_escaped(heading(b, ", ")) + "\"]");
    ++depth_;
    for (const GraphCard& c : b.cards) {
      std::string label = mermaid_escaped(c.title) + "<br/>" + mermaid_escaped(card_text(c));
      if (!c.pack.empty()) label += "<br/>" + mermaid_escaped("packed in " + c.pack);
      line(prefix_ + id_of(c.id) + "[\"" + label + "\"]:::gang" + std::to_string(c.color));
      is_used_[c.color] = true;
    }
    for (const GraphBox& inner : b.boxes) box(inner);
    --depth_;
    line("end");
    if (b.color) styles_ += "  style " + id + " stroke:" + kPalette[*b.color] + ",fill:none\n";
  }

  std::string out_, styles_, prefix_;
  std::size_t depth_ = 0;
  bool is_used_[kGangColors] = {};
};

}  // namespace

std::string graph_dot(const std::vector<Graph>& graphs) { return Dot().run(graphs); }
std::string graph_mermaid(const std::vector<Graph>& graphs) { return Mermaid().run(graphs); }

}  // namespace grovec::driver
