/// \file The workload that the benchmarks of parts work on, as text.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "frontend/reader.h"
#include "runtime/driver/compile.h"

namespace grovec::bench {

/// A file of the repository; the benchmarks run from its root.
inline std::string file_text(const char* path) {
  std::ifstream in(path);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (text.empty()) std::abort();
  return text;
}

inline std::string workload() { return file_text("bench/peers/workload.yaml"); }
inline std::string example() { return file_text("examples/mn-disagg/mn-disagg.yaml"); }

/// A compiled text; aborts if it is refused.
inline std::unique_ptr<driver::Compilation> compiled(std::string text) {
  auto c = std::make_unique<driver::Compilation>();
  driver::CompileRequest request;
  request.owner_references = true;
  Result<std::vector<driver::LoadedDocument>> documents = driver::load_text(c->context, "in.yaml", std::move(text), {});
  if (!documents || !driver::compile_documents(*c, request, *documents) || c->failed()) std::abort();
  return c;
}

}  // namespace grovec::bench
