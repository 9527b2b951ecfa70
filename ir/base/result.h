/// \file Result of work at a border (files, streams, network): a value or an Error. Inside the compiler use
/// diagnostics.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "ir/base/check.h"

namespace grovec {

/// What went wrong at a border. `message` is a full sentence without the program's name.
struct Error {
  std::string message;
  int exit_code = 3;  ///< 1 content, 2 usage, 3 I/O or cluster
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT: conversion is the point
  Result(Error error) : state_(std::move(error)) {}  // NOLINT
  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() {
    GROVEC_CHECK(state_.index() == 0);
    return std::get<0>(state_);
  }
  const T& operator*() const {
    GROVEC_CHECK(state_.index() == 0);
    return std::get<0>(state_);
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }
  const Error& error() const {
    GROVEC_CHECK(state_.index() == 1);
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value.
struct Done {};

}  // namespace grovec
