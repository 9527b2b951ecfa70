#include "runtime/driver/environments.h"

#include <map>
#include <string>
#include <tuple>

#include "frontend/dsl/lower/lower.h"

namespace grovec::driver {

namespace {

/// What makes two findings of different environments the same.
using Key = std::tuple<std::uint16_t, std::string, std::string, std::uint32_t, std::uint32_t>;

Key key_of(const Finding& f) {
  return {f.info->code, f.message, f.place.file, f.place.begin.line, f.place.begin.column};
}

void say_once(std::vector<CheckedFile>& files, const std::vector<Input>& inputs, std::size_t begin, std::size_t end) {
  std::map<Key, std::size_t> seen;  // in so many environments
  for (std::size_t i = begin; i < end; ++i) {
    std::map<Key, bool> here;
    for (const Finding& f : files[i].findings)
      if (here.emplace(key_of(f), true).second) ++seen[key_of(f)];
  }
  for (std::size_t i = begin; i < end; ++i)
    std::erase_if(files[i].findings, [&](Finding& f) {
      const bool is_common = seen[key_of(f)] == end - begin;
      if (is_common) return i != begin;
      if (f.info == &diag::SuppressionUnused) return true;  // it silences something in another environment
      const std::string note = "in environment `" + inputs[i].env + "`";
      f.notes.push_back({note, {}});
      if (!f.text.empty()) f.text += "note: " + note + "\n";
      return false;
    });
}

}  // namespace

std::vector<Input> with_environments(const std::vector<Input>& inputs, const LanguageOptions& language) {
  std::vector<Input> out;
  for (const Input& input : inputs) {
    const std::string name = display_name(input);
    std::vector<frontend::DslEnvironment> environments;
    if (frontend::is_grove_path(name) && input.path != "-")
      if (Result<std::string> text = read_input(input)) {
        Context context;
        if (auto declared = declarations_of(context, name, std::move(*text), language))
          environments = declared->environments;
      }
    if (environments.empty()) out.push_back(input);
    for (const frontend::DslEnvironment& e : environments) {
      out.push_back(input);
      out.back().env = e.name;
    }
  }
  return out;
}

void say_common_findings_once(const std::vector<Input>& inputs, std::vector<CheckedFile>& files) {
  for (std::size_t begin = 0; begin < inputs.size();) {
    std::size_t end = begin + 1;
    while (end < inputs.size() && !inputs[begin].env.empty() && inputs[end].path == inputs[begin].path) ++end;
    if (!inputs[begin].env.empty()) say_once(files, inputs, begin, end);
    begin = end;
  }
}

}  // namespace grovec::driver
