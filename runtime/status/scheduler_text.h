/// \file What kube-scheduler says about a pod, as a sentence.
#pragma once

#include <string>
#include <string_view>

namespace grovec::status {

/// "0/5 nodes are available: 3 Insufficient nvidia.com/gpu. preemption: …" becomes "no node of 5 fits: 3 have too
/// little nvidia.com/gpu". What is of another form is quoted, without what is said about preemption.
std::string scheduler_sentence(std::string_view message);

}  // namespace grovec::status
