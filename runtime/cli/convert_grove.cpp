#include "runtime/cli/convert_grove.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "frontend/dsl/convert/convert.h"
#include "frontend/dsl/lower/lower.h"
#include "ir/base/render.h"
#include "ir/value/writer.h"
#include "runtime/cli/stale_files.h"
#include "runtime/driver/project_file.h"
#include "runtime/input/load.h"
#include "runtime/output/interrupt.h"
#include "runtime/output/output.h"

namespace grovec::cli {

namespace {

using driver::Input;
using driver::LoadedDocument;

/// What one file became.
struct Converted {
  std::string grove, others;  ///< `others`: YAML of the documents that are no sets
  std::size_t sets = 0;
  int exit_code = kClean;
};

/// Documents as they are written; items of lists, which share their text with others, as the writer writes them.
std::string text_of_others(const Context& context, const std::vector<LoadedDocument>& loaded) {
  std::map<std::uint32_t, int> starts;
  for (const LoadedDocument& d : loaded) ++starts[d.document.begin];
  std::string out;
  for (const LoadedDocument& d : loaded) {
    if (d.kind == driver::DocumentKind::kSet) continue;
    const frontend::Document& doc = d.document;
    std::string text;
    if (doc.begin < doc.end && starts[doc.begin] == 1)
      text = context.sources.text(doc.source).substr(doc.begin, doc.end - doc.begin);
    else
      text = ir::to_text(doc.root, ir::Format::kYaml);
    if (text.starts_with("---")) text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
    while (text.ends_with("\n---\n") || text.ends_with("\n---")) text.erase(text.rfind("---"));
    if (!text.ends_with('\n')) text += '\n';
    out += (out.empty() ? "" : "---\n") + text;
  }
  return out;
}

/// `left`: where other documents go, for the note.
Converted convert_one(const Input& input, const Options& options, const std::string& left, bool needs_sets) {
  Converted out;
  auto failed = [&](int code) {
    out.exit_code = code;
    return out;
  };
  Result<std::string> text = driver::read_input(input);
  if (!text) return failed(fail(text.error()));
  Context context;
  const std::string name = driver::display_name(input);
  Result<std::vector<LoadedDocument>> loaded = driver::load_text(context, name, std::move(*text), {});
  if (!loaded) return failed(fail(loaded.error()));
  std::vector<frontend::Document> documents;
  OriginId dropped = kNowhere, other = kNowhere;
  std::uint64_t others = 0;
  for (LoadedDocument& d : *loaded) {
    const OriginId at = d.document.root.at();
    if (d.kind == driver::DocumentKind::kSet) {
      ++out.sets;
      if (frontend::drop_server_fields(context.arena, d.document.root) && dropped == kNowhere) dropped = at;
    } else {
      if (others++ == 0) other = at;
    }
    documents.push_back(d.document);
  }
  const bool readable = context.diags.errors() == 0;
  if (documents.empty() && readable) {
    if (!needs_sets) return out;
    return failed(fail(kFound, "`" + name + "` has no document"));
  }
  if (readable && (out.sets > 0 || needs_sets)) {
    const SourceId source = documents[0].source;
    const bool mixins = !options.has("--no-mixins");
    std::optional<std::string> grove =
        frontend::convert_to_grove(context, source, documents, {.mixins = mixins, .partial = out.sets > 0});
    out.grove = grove.value_or(std::string());
    if (out.sets > 0 && others > 0) out.others = text_of_others(context, *loaded);
  }
  if (dropped != kNowhere) context.diags.report(dropped, diag::ServerFieldsLeftOut);
  if (others > 0 && out.sets > 0) context.diags.report(other, diag::OthersLeftOut, others, left);
  if (context.diags.errors() > 0) out.exit_code = kFound;
  context.diags.sort(context.origins);
  std::string findings;
  render_all(context, {use_color(STDERR_FILENO)}, findings);
  print_error(findings);
  return out;
}

std::string without_ending(const std::string& path) {
  const std::size_t slash = path.rfind('/'), dot = path.rfind('.');
  return dot == std::string::npos || (slash != std::string::npos && dot < slash) ? path : path.substr(0, dot);
}

std::string others_path(const std::string& grove_path) { return without_ending(grove_path) + ".others.yaml"; }

/// Files to write, together: none, if one of them would replace an input.
class Outputs {
 public:
  void add(std::string path, std::string text) { files_.push_back({std::move(path), std::move(text)}); }
  /// What `convert` made of an input, for `path` and the file beside it.
  void add(const std::string& path, Converted&& c, bool sets_only) {
    add(path, std::move(c.grove));
    if (!c.others.empty() && !sets_only) add(others_path(path), std::move(c.others));
  }

  int write(std::span<const Input> inputs) const {
    std::set<FileId> read;
    for (const Input& input : inputs)
      if (const std::optional<FileId> id = file_id(input.path)) read.insert(*id);
    for (const File& f : files_) {
      const std::optional<FileId> id = file_id(f.path);
      if (id && read.contains(*id) && has_other_content(f))
        return fail(kUsage, "`" + f.path + "` would be replaced, and it is an input; say another `--out`");
    }
    for (const File& f : files_) {
      if (Result<Done> made = make_folders(f.path); !made) return fail(made.error());
      Result<Done> done = driver::write_file_atomically(f.path, f.text);
      driver::reraise_interrupt();
      if (!done) return fail(done.error());
    }
    return kClean;
  }

 private:
  struct File {
    std::string path, text;
  };
  using FileId = std::pair<dev_t, ino_t>;
  static std::optional<FileId> file_id(const std::string& path) {
    struct stat st;
    if (path == "-" || ::stat(path.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) return std::nullopt;
    return FileId{st.st_dev, st.st_ino};
  }
  // The same content is what an earlier run left there.
  static bool has_other_content(const File& f) {
    const Result<std::string> text = driver::read_input({f.path});
    return !text || *text != f.text;
  }
  static Result<Done> make_folders(const std::string& file) {
    for (std::size_t at = file.find('/', 1); at != std::string::npos; at = file.find('/', at + 1)) {
      const std::string folder = file.substr(0, at);
      struct stat st;
      if (::stat(folder.c_str(), &st) == 0) continue;
      if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST)
        return Error{"cannot create `" + folder + "`: " + std::strerror(errno)};
    }
    return Done{};
  }

  std::vector<File> files_;
};

/// `--check FILE`: is what is kept what would be made?
int check_kept(const Converted& c, const Options& options) {
  const std::string path(options.get("--check"));
  Stale stale;
  if (Result<Done> done = compare_file(path, c.grove, stale); !done) return fail(done.error());
  if (!c.others.empty() && !options.has("--sets-only"))
    if (Result<Done> done = compare_file(others_path(path), c.others, stale); !done) return fail(done.error());
  return std::max(c.exit_code, report_stale(stale, "write it with `--out " + path + "` and the same options"));
}

int convert_single(const Input& input, const Options& options) {
  const std::string out(options.get(options.has("--check") ? "--check" : "--out"));
  const bool sets_only = options.has("--sets-only");
  const std::string left = sets_only     ? "; `--sets-only` leaves them out"
                           : out.empty() ? "; with `--out FILE` they go to a file beside it"
                                         : "; `" + others_path(out) + "` has them";
  Converted c = convert_one(input, options, left, true);
  if (c.grove.empty()) return c.exit_code == kClean ? static_cast<int>(kFound) : c.exit_code;
  if (options.has("--check")) return check_kept(c, options);
  if (!out.empty()) {
    const int exit_code = c.exit_code;
    Outputs outputs;
    outputs.add(out, std::move(c), sets_only);
    if (int code = outputs.write(std::span(&input, 1)); code != kClean) return code;
    return exit_code;
  }
  driver::FdWriter writer(STDOUT_FILENO, "standard output");
  writer.write(c.grove);
  Result<Done> done = writer.finish();
  return done ? c.exit_code : fail(done.error());
}

/// A file of a folder, or one of several: where it goes, below the output folder.
struct Planned {
  Input input;
  std::string target;
};

Result<std::vector<Planned>> plan(const Options& options) {
  std::vector<Planned> out;
  std::map<std::string, std::string> seen;
  for (const std::string& operand : options.operands()) {
    if (operand == "-") return Error{"`-` is converted alone", Error::kUsage};
    Result<std::vector<Input>> found = driver::expand_project({operand}, {.recursive = options.has("--recursive")});
    if (!found) return found.error();
    const std::string folder = operand.ends_with('/') ? operand : operand + "/";
    for (Input& input : *found) {
      if (frontend::is_grove_path(input.path)) continue;
      const std::string below = input.path.starts_with(folder) ? input.path.substr(folder.size())
                                                               : input.path.substr(input.path.rfind('/') + 1);
      const std::string target = without_ending(below) + ".grove";
      const auto [first, is_new] = seen.emplace(target, input.path);
      if (!is_new)
        return Error{"`" + first->second + "` and `" + input.path + "` would both become `" + target + "`",
                     Error::kUsage};
      out.push_back({std::move(input), target});
    }
  }
  return out;
}

int convert_several(const Options& options) {
  const std::string folder(options.get("--out"));
  if (folder.empty()) return fail(kUsage, "several files are converted into a folder; say `--out DIR`");
  Result<std::vector<Planned>> files = plan(options);
  if (!files) return fail(files.error());
  const bool sets_only = options.has("--sets-only");
  int exit_code = kClean;
  std::size_t written = 0, without = 0;
  Outputs outputs;
  std::vector<Input> inputs;
  for (const Planned& p : *files) {
    const std::string path = (folder.ends_with('/') ? folder : folder + "/") + p.target;
    Converted c =
        convert_one(p.input, options,
                    sets_only ? "; `--sets-only` leaves them out" : "; `" + others_path(path) + "` has them", false);
    exit_code = std::max(exit_code, c.exit_code);
    inputs.push_back(p.input);
    if (c.sets == 0) ++without;
    if (c.grove.empty()) continue;
    outputs.add(path, std::move(c), sets_only);
    ++written;
  }
  if (int code = outputs.write(inputs); code != kClean) return code;
  print_error(std::to_string(written) + (written == 1 ? " file" : " files") + " converted, " + std::to_string(without) +
              " without a set\n");
  return written == 0 && exit_code == kClean ? static_cast<int>(kFound) : exit_code;
}

}  // namespace

int convert_files_to_grove(const Options& options) {
  const std::string& first = options.operands()[0];
  struct stat st;
  const bool is_folder = first != "-" && ::stat(first.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
  if (options.has("--check") && options.has("--out")) return fail(kUsage, "say `--out` or `--check`");
  const bool is_several = options.operands().size() > 1 || is_folder;
  if (is_several && options.has("--check")) return fail(kUsage, "`--check` looks at one file");
  if (is_several) return convert_several(options);
  return convert_single({first}, options);
}

}  // namespace grovec::cli
