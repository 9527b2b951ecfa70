/// \file Result of work at a border (files, streams, network): a value or an Error. Inside the compiler use
/// diagnostics.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "ir/base/check.h"

namespace grovec {

/// What went wrong at a border. `message` is a full sentence without the program's name.
struct Error {
  /// What the caller should do about it.
  enum Kind : std::uint8_t {
    kContent,   ///< correct what was read; the same input fails again
    kUsage,     ///< correct the request: an option, an argument, a setting
    kIo,        ///< tell the user; a file, a stream or a connection failed
    kRetry,     ///< try again later: the other side is busy or not there yet
    kConflict,  ///< read again and decide anew: somebody else was first
    kGone,      ///< carry on without it: it is not there any more, or a watch has to start over
    kDenied,    ///< ask for rights; trying again does not help
  };
  std::string message;
  Kind kind = kIo;
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
