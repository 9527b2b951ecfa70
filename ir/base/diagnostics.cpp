#include "ir/base/diagnostics.h"

#include <algorithm>
#include <tuple>

namespace grovec {

namespace {
constexpr const DiagInfo* kAll[] = {
#define GROVEC_DIAG(name, code, severity, stage, arity, text, ...) &diag::name,
#include "ir/base/diagnostics.def"
#undef GROVEC_DIAG
};

constexpr bool codes_ascend() {
  for (std::size_t i = 1; i < std::size(kAll); ++i)
    if (kAll[i - 1]->code >= kAll[i]->code) return false;
  return true;
}
static_assert(codes_ascend(), "diagnostics.def: codes are unique and ascending");
}  // namespace

std::span<const DiagInfo* const> all_diagnostics() { return kAll; }

const DiagInfo* find_diagnostic(std::uint16_t code) {
  auto it = std::lower_bound(std::begin(kAll), std::end(kAll), code,
                             [](const DiagInfo* info, std::uint16_t c) { return info->code < c; });
  return it != std::end(kAll) && (*it)->code == code ? *it : nullptr;
}

std::string format_diagnostic(std::string_view text, std::span<const DiagArg> args) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool hole = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' && text[i + 1] >= '0' && text[i + 1] <= '9';
    if (!hole) {
      out += text[i];
      continue;
    }
    const DiagArg& arg = args[static_cast<std::size_t>(text[i + 1] - '0')];
    switch (arg.form) {
      case DiagArg::Form::kText:
        out += arg.text;
        break;
      case DiagArg::Form::kSigned:
        out += std::to_string(static_cast<std::int64_t>(arg.number));
        break;
      case DiagArg::Form::kUnsigned:
        out += std::to_string(arg.number);
        break;
    }
    i += 2;
  }
  return out;
}

DiagnosticBuilder& DiagnosticBuilder::note_formatted(OriginId at, const DiagInfo& kind, std::span<const DiagArg> args) {
  sink_->all_[index_].notes.push_back({at, format_diagnostic(kind.text, args), kind.code});
  return *this;
}

DiagnosticBuilder& DiagnosticBuilder::path(std::string path) {
  sink_->all_[index_].path = std::move(path);
  return *this;
}

DiagnosticBuilder& DiagnosticBuilder::fix(OriginId at, std::string replacement) {
  sink_->all_[index_].fixes.push_back({at, std::move(replacement)});
  return *this;
}

DiagnosticBuilder Diagnostics::report_formatted(OriginId at, const DiagInfo& kind, std::span<const DiagArg> args) {
  all_.push_back({&kind, kind.severity, at, format_diagnostic(kind.text, args), {}, document_, {}, {}});
  return {*this, all_.size() - 1};
}

std::size_t Diagnostics::errors() const {
  return static_cast<std::size_t>(
      std::count_if(all_.begin(), all_.end(), [](const Diagnostic& d) { return d.severity == Severity::kError; }));
}

bool Diagnostics::is_reported(const Origins& origins, OriginId at) const {
  if (at == kNowhere) return false;
  for (; indexed_ < all_.size(); ++indexed_)
    if (all_[indexed_].at != kNowhere) {
      const Origin& o = origins[all_[indexed_].at];
      places_.insert({o.source, o.begin, o.end});
    }
  const Origin& o = origins[at];
  return places_.contains({o.source, o.begin, o.end});
}

void Diagnostics::sort(const Origins& origins) {
  places_.clear();
  indexed_ = 0;
  auto key = [&](const Diagnostic& d) {
    const Origin& o = origins[d.at];
    return std::tuple(d.at == kNowhere, o.source, o.begin, d.info->severity);
  };
  std::stable_sort(all_.begin(), all_.end(), [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return a.info == b.info && a.at == b.at && a.message == b.message && a.path == b.path;
  };
  all_.erase(std::unique(all_.begin(), all_.end(), same), all_.end());
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "";
}

std::string_view stage_name(Stage stage) {
  switch (stage) {
    case Stage::kDecode:
      return "decode";
    case Stage::kSchema:
      return "schema";
    case Stage::kWebhook:
      return "webhook";
    case Stage::kCompile:
      return "compile";
    case Stage::kLint:
      return "lint";
  }
  return "";
}

}  // namespace grovec
