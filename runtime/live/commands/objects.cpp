#include "runtime/live/commands/objects.h"

#include "frontend/reader.h"

namespace grovec::live {

Result<Tree> read_json(std::string text) {
  Tree out{std::make_unique<Context>(), {}};
  const SourceId id = out.context->sources.add("answer.json", std::move(text));
  const std::vector<frontend::Document> documents = frontend::read_documents(*out.context, id);
  if (documents.size() != 1 || out.context->diags.errors() > 0)
    return Error{"the answer of the API server cannot be read", Error::kIo};
  out.root = documents.front().root;
  return out;
}

Result<Tree> get_object(kube::Client& client, const std::string& path, std::string_view what) {
  kube::Request request;
  request.path = path;
  kube::Answer answer = client.call(std::move(request));
  if (answer.error) return Error{std::string(what) + ": " + answer.error->message, answer.error->kind};
  return read_json(std::move(answer.body));
}

}  // namespace grovec::live
