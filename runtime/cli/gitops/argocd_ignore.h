/// \file Which counts of an application Git does not own, as Argo CD's `ignoreDifferences`.
#pragma once

#include <string>

#include "runtime/driver/compile.h"

namespace grovec::cli {

/// The part of an Application's `spec` that leaves such counts alone, as YAML. Only `spec.replicas` of a PodCliqueSet
/// is both in Git and scaled: counts of scaling groups and cliques are in objects that the operator makes, which Argo
/// CD does not compare. An entry for each set that an autoscaler of the input scales; with `all`, for each set.
/// https://argo-cd.readthedocs.io/en/stable/user-guide/diffing/
std::string argocd_ignore(const driver::Compilation& compilation, bool all);

}  // namespace grovec::cli
