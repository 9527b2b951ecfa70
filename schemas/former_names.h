/// \file Names that other versions of Grove, its drafts and its neighbours use where this API has another name or none.
///
/// Constant tables (former_names.inc): fields by the type they are written in, kinds, keys of labels and
/// annotations, settings of the operator and values of its Helm chart. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace grovec::schemas {

/// The release that upstream's commit is nearest to, and how many commits it is ahead of it.
inline constexpr std::string_view kNearestRelease = "v0.1.0-alpha.12-rc1";
inline constexpr int kCommitsAhead = 15;

/// What became of a name.
enum class NameStory : std::uint8_t {
  kRenamed,  ///< `meant` was called so until `when`
  kGone,     ///< existed until `when`; `advice` says what to do
  kNewer,    ///< exists since `when`, which this program does not equal
  kDrafted,  ///< was proposed in `when` and never released so
  kForeign,  ///< belongs to `when`, another project
  kSlip,     ///< written at a wrong place or under a wrong name; `advice` says where it goes
};

struct FormerName {
  std::string_view place;  ///< Go name of the struct for fields ("*": any of Grove's), else a group; see the functions
  std::string_view written;
  NameStory story;
  std::string_view when;
  std::string_view meant;   ///< today's name: of the same object if it has no dot, and nothing more may be concluded
  std::string_view advice;  ///< without a final stop, may be empty
};

/// A field of the struct with this Go name ("v1alpha1.PodCliqueSpec"), or nullptr.
const FormerName* former_field(std::string_view go_name, std::string_view written);
/// A value of the field `place` ("updateStrategy.type"), or nullptr.
const FormerName* former_value(std::string_view place, std::string_view written);
/// A kind; `meant` is today's kind, or empty. `place` is the API group of `meant`.
const FormerName* former_kind(std::string_view written);
/// An API group that is none of Grove's today, or nullptr; `meant` is today's.
const FormerName* former_group(std::string_view group);
/// The key of a label or annotation, or nullptr. `meant` is today's key; `place` tells where it stands: "annotation",
/// "label" or empty.
const FormerName* former_key(std::string_view written);
/// A setting of the OperatorConfiguration by its path, or nullptr.
const FormerName* former_setting(std::string_view path);
/// A value of the Helm chart by its path, or nullptr.
const FormerName* former_chart_value(std::string_view path);

/// A variable of containers, or nullptr.
const FormerName* former_variable(std::string_view written);
/// Whatever is written so in any of the tables, in their order: fields, values, kinds, groups, keys, settings, values
/// of the chart, variables, and what else carries a name (finalizers, generated names, reasons of conditions; `place`
/// says which). A `*` in a name stands for any text.
std::vector<const FormerName*> all_former(std::string_view written);

/// The story as the end of a message: "; `minAvailable` was called `minReplicas` until …; write `minAvailable`".
std::string story_text(const FormerName& name);

}  // namespace grovec::schemas
