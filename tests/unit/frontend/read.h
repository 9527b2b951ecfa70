/// \file Reading a text in one call, for the tests of the readers.
#pragma once

#include <string>
#include <vector>

#include "frontend/reader.h"
#include "ir/base/render.h"
#include "ir/value/writer.h"

namespace grovec::frontend {

struct Read {
  Context context;
  SourceId source{};
  std::vector<Document> documents;

  explicit Read(std::string text, const ReadLimits& limits = {}) {
    source = context.sources.add("in.yaml", std::move(text));
    documents = read_documents(context, source, limits);
  }
  /// The first document as compact JSON, or the codes of the errors.
  std::string json() const {
    if (context.diags.errors() > 0) return codes();
    return documents.empty() ? "nothing" : ir::to_text(documents[0].root, ir::Format::kJson);
  }
  std::string codes() const {
    std::string out;
    for (const Diagnostic& d : context.diags.all()) out += (out.empty() ? "" : " ") + std::to_string(d.info->code);
    return out;
  }
  std::string_view at(OriginId id) const {
    const Origin& o = context.origins[id];
    return context.sources.text(o.source).substr(o.begin, o.end - o.begin);
  }
  std::string_view at(const ir::Value& v) const { return at(v.at()); }
  /// `line:column` of the first finding.
  std::string place() const {
    if (context.diags.all().empty()) return "none";
    const Origin& o = context.origins[context.diags.all()[0].at];
    const Position p = context.sources.position(o.source, o.begin);
    return std::to_string(p.line) + ":" + std::to_string(p.column);
  }
  const ir::Value& root() const { return documents.at(0).root; }
};

inline std::string read_json_text(std::string text) { return Read(std::move(text)).json(); }

}  // namespace grovec::frontend
