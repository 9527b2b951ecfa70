// Questions to the report of a check.
#include <algorithm>

#include "runtime/driver/check.h"

namespace grovec::driver {

std::uint64_t CheckReport::count(Severity severity) const {
  std::uint64_t n = 0;
  for (const CheckedFile& f : files)
    for (const Finding& x : f.findings) n += x.severity == severity;
  return n;
}

std::uint64_t CheckReport::count(Admission admission) const {
  std::uint64_t n = 0;
  for (const CheckedFile& f : files)
    for (const CheckedDocument& d : f.documents) n += d.admission == admission;
  return n;
}

std::uint64_t CheckReport::suppressed() const {
  std::uint64_t n = 0;
  for (const CheckedFile& f : files) n += f.suppressed;
  return n;
}

bool CheckReport::is_empty() const {
  return errors.empty() && std::all_of(files.begin(), files.end(), [](const CheckedFile& f) {
           return !f.unreadable && f.documents.empty() && f.findings.empty();
         });
}

bool CheckReport::is_incomplete() const {
  auto is_unread = [](const Error& e) { return e.kind != Error::kContent && e.kind != Error::kUsage; };
  return std::any_of(errors.begin(), errors.end(), is_unread) ||
         std::any_of(files.begin(), files.end(),
                     [&](const CheckedFile& f) { return f.unreadable && is_unread(*f.unreadable); });
}

bool CheckReport::has_findings(bool warnings_count) const {
  const bool any_document =
      std::any_of(files.begin(), files.end(), [](const CheckedFile& f) { return !f.documents.empty(); });
  const bool any_unreadable =
      std::any_of(files.begin(), files.end(), [](const CheckedFile& f) { return f.unreadable.has_value(); });
  return !errors.empty() || any_unreadable || (!any_document && !may_be_empty) || !none_below.empty() ||
         count(Severity::kError) > 0 || (warnings_count && count(Severity::kWarning) > 0);
}

std::string_view admission_name(Admission admission) {
  switch (admission) {
    case Admission::kAccepted:
      return "accepted";
    case Admission::kRejected:
      return "rejected";
    case Admission::kNotChecked:
      return "not-checked";
  }
  return "";
}

}  // namespace grovec::driver
