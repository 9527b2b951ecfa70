/// \file A decision on its way into the cluster: step by step, the writes of a step side by side.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "runtime/decide/decide.h"
#include "runtime/kube/client.h"

namespace grovec::apply {

/// What the writer has to know about an object: its uid, and of a PodClique what pods are made from.
struct Known {
  std::string uid;  ///< empty: it is not there
  std::shared_ptr<const decide::LiveClique> clique;
  explicit operator bool() const { return !uid.empty(); }
};

/// One write and what became of it.
struct Outcome {
  int code = 0;         ///< of HTTP; 0 = no answer
  std::string message;  ///< why it failed
  bool lacks = false;   ///< the answer lacks what was sent
  const kube::Answer* answer = nullptr;
  bool ok() const { return code >= 200 && code < 300 && !lacks; }
};

/// Whoever sends a decision on its way.
class Ground {
 public:
  virtual ~Ground() = default;
  /// As of the decision.
  virtual Known known(const decide::ObjectKey& key) const = 0;
  /// An object out of an answer.
  virtual Known read(decide::Kind kind, const std::string& json) = 0;
  /// Whether the answer lacks what the patch set.
  virtual bool lacks(const decide::Action& action, const std::string& json) = 0;
  virtual void answered(const decide::Action& action, const Outcome& outcome) = 0;
  /// Everything has been answered or skipped. The flight may be destroyed after this, not in it.
  virtual void landed() = 0;
};

/// Sends with the first turn of the loop. Destroying it stops sending; what was sent may still be carried out.
class Flight : public std::enable_shared_from_this<Flight> {
 public:
  /// How many writes of one flight wait for the client at a time.
  static constexpr std::size_t kWindow = 64;

  Flight(kube::Client& client, Ground& ground, std::string namespace_, std::shared_ptr<const decide::World> world,
         decide::Decision decision)
      : client_(client),
        ground_(ground),
        namespace_(std::move(namespace_)),
        world_(std::move(world)),
        decision_(std::move(decision)) {}

  void start();
  /// No further write is sent; `landed` is called when those under way are answered.
  void stop() { stopped_ = true; }
  const decide::Decision& decision() const { return decision_; }

 private:
  void pump();
  void send(const decide::Action& action);
  void send_create(const decide::Action& action);
  void send_after_reading_owner(const decide::Action& action);
  void dispatch(const decide::Action& action, kube::Request request);
  void finish(const decide::Action& action, const Outcome& outcome);
  bool is_skipped(const decide::Action& action) const;
  Known known(const decide::ObjectKey& key) const;

  kube::Client& client_;
  Ground& ground_;
  std::string namespace_;
  std::shared_ptr<const decide::World> world_;
  decide::Decision decision_;
  std::size_t step_ = 0, next_ = 0, pending_ = 0;
  bool fact_failed_ = false, stopped_ = false, landed_ = false, pumping_ = false;
  std::map<decide::ObjectKey, Known> created_;
  std::set<decide::ObjectKey> not_created_;  // or, of PodGangs, not brought up to date
};

}  // namespace grovec::apply
