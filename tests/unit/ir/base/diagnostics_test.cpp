// The sink of findings and the catalogue.
#include "ir/base/diagnostics.h"

#include <gtest/gtest.h>

#include "ir/base/context.h"

namespace grovec {
namespace {

std::string formatted(std::string_view text, DiagArg arg) {
  const DiagArg args[] = {arg};
  return format_diagnostic(text, args);
}

TEST(FormatDiagnostic, NumbersKeepTheirSign) {
  EXPECT_EQ(formatted("{0} pods", std::uint64_t{UINT64_MAX}), "18446744073709551615 pods");
  EXPECT_EQ(formatted("{0} pods", std::uint64_t{1} << 63), "9223372036854775808 pods");
  EXPECT_EQ(formatted("{0} pods", std::int64_t{-3}), "-3 pods");
  EXPECT_EQ(formatted("{0} pods", std::int32_t{-3}), "-3 pods");
}

TEST(Diagnostics, APlaceIsReportedUnderAnyOfItsOrigins) {
  Context c;
  const SourceId source = c.sources.add("x", "replicas: 3");
  const OriginId one = c.origins.add(source, 0, 8), same = c.origins.add(source, 0, 8);
  const OriginId other = c.origins.add(source, 10, 11);
  EXPECT_FALSE(c.diags.is_reported(c.origins, one));
  c.diags.report(one, diag::KeyNotScalar);
  EXPECT_TRUE(c.diags.is_reported(c.origins, same));
  EXPECT_FALSE(c.diags.is_reported(c.origins, other));
  EXPECT_FALSE(c.diags.is_reported(c.origins, kNowhere));
}

TEST(Diagnostics, WhatWasTakenBackIsNotReported) {
  Context c;
  const SourceId source = c.sources.add("x", "replicas: 3");
  const OriginId at = c.origins.add(source, 0, 8);
  c.diags.report(at, diag::KeyNotScalar);
  ASSERT_TRUE(c.diags.is_reported(c.origins, at));
  c.diags.all().clear();
  EXPECT_FALSE(c.diags.is_reported(c.origins, at));
}

}  // namespace
}  // namespace grovec
