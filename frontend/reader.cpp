#include "frontend/reader.h"

#include <utility>

#include "frontend/characters.h"
#include "frontend/document_text.h"
#include "frontend/dsl/lower/lower.h"
#include "frontend/yaml/fast.h"
#include "frontend/yaml/reader.h"
#include "ir/value/json.h"

namespace grovec::frontend {

namespace {

class StreamReader {
 public:
  StreamReader(Context& context, SourceId source, const ReadLimits& limits)
      : context_(context), source_(source), limits_(limits) {}

  std::vector<Document> read() {
    const std::string_view text = context_.sources.text(source_);
    if (!check_encoding(context_, source_)) {
      add({}, 0, static_cast<std::uint32_t>(text.size()), true);
      return std::move(documents_);
    }
    if (is_grove_text(text)) {
      const auto begin = static_cast<std::uint32_t>(text.find("grovec"));
      context_.diags.report(context_.origins.add(source_, begin, begin + 6), diag::GroveTextInYaml);
      add({}, 0, static_cast<std::uint32_t>(text.size()), true);
      return std::move(documents_);
    }
    DocumentSplitter splitter(text);
    for (Chunk chunk; splitter.next(chunk) && !full_;) read_chunk(chunk);
    return std::move(documents_);
  }

 private:
  void read_chunk(const Chunk& chunk) {
    switch (chunk.kind) {
      case Chunk::Kind::kDirective:
        return refuse(chunk, diag::YamlDirective);
      case Chunk::Kind::kBehindMarker:
        return refuse(chunk, diag::TextBehindMarker);
      case Chunk::Kind::kBehindEnd:
        refuse(chunk, diag::TextBehindEnd);
        refused_ = false;  // it spoils no document: the next one starts with its own marker
        return;
      case Chunk::Kind::kDocument:
        break;
    }
    const std::string_view text = context_.sources.text(source_).substr(chunk.begin, chunk.end - chunk.begin);
    const bool refused = std::exchange(refused_, false);
    if (refused) return add({}, chunk.begin, chunk.end, true);
    if (is_blank_text(text)) {
      if (chunk.is_marked) ++index_;
      return;
    }
    const char first = text[text.find_first_not_of(" \t\r\n")];
    if (first == '{' && read_json_chunk(chunk)) return;
    read_yaml_chunk(chunk);
  }

  void refuse(const Chunk& chunk, const diag::Kind<0>& kind) {
    context_.diags.report(context_.origins.add(source_, chunk.begin, chunk.end), kind);
    refused_ = true;
  }

  bool read_json_chunk(const Chunk& chunk) {
    const auto values = ir::read_json_stream(context_, source_, chunk.begin, chunk.end, limits_.depth);
    if (!values) return false;
    for (const ir::Value& v : *values) {
      const Origin at = context_.origins[v.at()];
      const bool fits = check_size(at.begin, at.end);
      add(fits ? v : ir::Value::null(v.at()), at.begin, at.end, !fits);
    }
    return true;
  }

  void read_yaml_chunk(const Chunk& chunk) {
    const DocumentText document{context_, source_, chunk.begin, chunk.end, limits_};
    ir::Value root;
    bool only_lf = false;
    // Two scanners: libyaml knows all of YAML and says what is wrong, but its events cost ten times what a tree of the
    // usual manifest does, and reading is most of a run. So the fast one reads what nearly every document is made of
    // and gives up, without a word, on anything else; only libyaml ever reports.
    const bool good = check_size(chunk.begin, chunk.end) && check_characters(document, only_lf) &&
                      ((only_lf && read_common_yaml(document, root)) || read_yaml_document(document, root));
    add(good ? root : ir::Value(), chunk.begin, chunk.end, !good);
  }

  bool check_size(std::uint32_t begin, std::uint32_t end) {
    if (end - begin <= limits_.document_bytes) return true;
    context_.diags.report(context_.origins.add(source_, begin, begin), diag::DocumentTooLarge, end - begin,
                          static_cast<std::uint64_t>(limits_.document_bytes));
    return false;
  }

  void add(const ir::Value& root, std::uint32_t begin, std::uint32_t end, bool broken) {
    if (full_) return;
    if (documents_.size() >= limits_.documents) {
      full_ = true;
      context_.diags.report(context_.origins.add(source_, begin, begin), diag::TooManyDocuments, limits_.documents);
      return;
    }
    documents_.push_back({root, source_, index_++, broken, begin, end});
  }

  Context& context_;
  SourceId source_;
  const ReadLimits& limits_;
  std::vector<Document> documents_;
  std::uint32_t index_ = 0;
  bool refused_ = false;  ///< the next document has been refused before it starts
  bool full_ = false;
};

// As kubectl does, by the name of the kind: a `v1` List, or the list of one kind that the API server answers with.
bool is_list(const ir::Value& v) {
  return v["kind"].as_string().ends_with("List") && !v["apiVersion"].as_string().empty() && v["items"].is_sequence();
}

/// An item of a list of one kind need not repeat that kind.
ir::Value item_of(Arena& arena, const ir::Value& list, const ir::Value& item) {
  std::string_view kind = list["kind"].as_string();
  kind.remove_suffix(std::string_view("List").size());
  if (kind.empty() || !item.is_mapping()) return item;
  const OriginId at = list["kind"].at();
  return ir::MappingBuilder(arena, item)
      .set_default("apiVersion", ir::Value::string(list["apiVersion"].as_string(), list["apiVersion"].at()))
      .set_default("kind", ir::Value::string(kind, at))
      .build(item.at());
}

void unpack(Arena& arena, const Document& document, std::vector<Document>& out) {
  if (document.broken || !is_list(document.root)) {
    out.push_back(document);
    return;
  }
  for (const ir::Value& item : document.root["items"].items()) {
    Document inner = document;
    inner.root = item_of(arena, document.root, item);
    unpack(arena, inner, out);
  }
}

}  // namespace

std::vector<Document> read_documents(Context& context, SourceId source, const ReadLimits& limits) {
  return StreamReader(context, source, limits).read();
}

std::vector<Document> unpack_lists(Context& context, const std::vector<Document>& documents) {
  std::vector<Document> out;
  out.reserve(documents.size());
  for (const Document& d : documents) unpack(context.arena, d, out);
  return out;
}

}  // namespace grovec::frontend
