#include "runtime/kube/watch.h"

#include "runtime/kube/address.h"
#include "runtime/kube/backoff.h"
#include "runtime/kube/credentials.h"
#include "runtime/kube/redact.h"
#include "runtime/kube/status.h"
#include "runtime/kube/transfers.h"
#include "runtime/kube/versions.h"

namespace grovec::kube {

namespace {

using Phase = WatchHealth::Phase;

constexpr int kShortestSeconds = 150, kLongestSeconds = 220;  // below the 240 s of the usual load balancer
constexpr std::chrono::seconds kGrace{30};                    // after which a server that should have closed is dead
constexpr std::chrono::seconds kTooShort{1};                  // a watch that ends sooner without an event is a failure
constexpr std::chrono::seconds kProbeDelay{1};
constexpr std::size_t kMostRefusal = 64u << 10;
// Old servers ignore the parameter and send everything.
constexpr std::string_view kAcceptSlim = "application/json;drop=metadata.managedFields, application/json";
constexpr std::string_view kAcceptMetadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
                           kAcceptMetadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

enum class Job : std::uint8_t { kStream, kPage, kWatch };

}  // namespace

struct Watch::State : std::enable_shared_from_this<Watch::State> {
  State(Client& c, WatchSpec s, Sink& k) : client(c), spec(std::move(s)), sink(k), loop(c.loop()) {
    is_streaming = spec.streaming_list && !spec.newest_only;
  }

  Client& client;
  WatchSpec spec;
  Sink& sink;
  Loop& loop;
  WatchHealth seen;
  Backoff backoff;
  bool is_streaming, is_whole = false, is_stopped = false;

  // The present connection.
  Job job = Job::kStream;
  Transfers::Id transfer = 0;
  bool is_getting_identity = false, was_refused = false;
  Identity identity;
  Instant began{}, last_byte{};
  Duration longest{};
  std::unique_ptr<WatchReader> events;
  std::unique_ptr<ListReader> items;
  std::string refusal, continue_token;
  std::optional<Error> broken;  // what was wrong with the bytes, or an ERROR event
  int error_code = 0;           // of that event
  bool is_in_list = false;      // between on_list_begin and on_list_end
  bool has_gone_back = false, got_event = false;
  Loop::TimerId alarm = 0, again = 0, probe_soon = 0;
  Client::RequestId probing = 0;

  void note(LogLevel level, const std::string& text) {
    if (loop.surroundings().log_level >= level) loop.surroundings().log(level, redact(spec.path + ": " + text));
  }

  // --- starting a connection -------------------------------------------------------------------------------------

  void begin_list() {
    seen.resource_version.clear();
    continue_token.clear();
    connect(is_streaming ? Job::kStream : Job::kPage);
  }
  void go_on() {
    if (seen.resource_version.empty()) return begin_list();
    connect(Job::kWatch);
  }

  std::string_view accept() const {
    if (!spec.metadata_only) return kAcceptSlim;
    return job == Job::kPage ? kAcceptMetadataList : kAcceptMetadata;
  }

  Query query() {
    Query out;
    if (!spec.label_selector.empty()) out.emplace_back("labelSelector", spec.label_selector);
    if (!spec.field_selector.empty()) out.emplace_back("fieldSelector", spec.field_selector);
    if (job == Job::kPage) {
      if (spec.page && !is_whole) out.emplace_back("limit", std::to_string(spec.page));
      if (!continue_token.empty()) out.emplace_back("continue", continue_token);
      return out;
    }
    const double random = loop.surroundings().random();
    const int seconds = kShortestSeconds + static_cast<int>(random * (kLongestSeconds - kShortestSeconds + 1));
    longest = std::chrono::seconds(seconds) + kGrace;
    out.emplace_back("watch", "1");
    out.emplace_back("allowWatchBookmarks", "true");
    out.emplace_back("timeoutSeconds", std::to_string(seconds));
    if (job == Job::kStream) {
      out.emplace_back("sendInitialEvents", "true");
      out.emplace_back("resourceVersionMatch", "NotOlderThan");
    } else {
      out.emplace_back("resourceVersion", seen.resource_version);
    }
    return out;
  }

  void connect(Job what) {
    job = what;
    seen.phase = job == Job::kWatch ? Phase::kWatching : Phase::kListing;
    is_getting_identity = true;
    client.credentials().get(this, [this](Result<Identity> got) {
      is_getting_identity = false;
      if (!got) return fail({redact(got.error().message), got.error().kind}, std::nullopt);
      identity = *got;
      start();
    });
  }

  void start() {
    broken.reset();
    error_code = 0;
    refusal.clear();
    has_gone_back = got_event = false;
    longest = Duration::max();
    const std::string path = spec.path + query_text(query());
    if (job == Job::kPage) {
      items = std::make_unique<ListReader>([this](const Item& item) { sink.on_object(item); });
    } else {
      events = std::make_unique<WatchReader>([this](const Event& event) { take(event); });
    }
    ++seen.connections;
    began = last_byte = loop.now();
    Transfer t;
    t.method = "GET";
    t.is_watch = t.big_buffer = true;
    t.headers = identity.headers;
    address(t, client.access(), path, std::string(accept()), client.options().user_agent);
    t.tls = identity.tls;
    t.on_bytes = [this](const Head& head, std::string_view bytes) { return take_bytes(head, bytes); };
    t.on_end = [this](const Head& head, Failure failure, const std::string& detail) { ended(head, failure, detail); };
    note(LogLevel::kDetail, "GET " + path);
    transfer = loop.transfers().start(std::move(t));
    set_alarm();
  }

  // --- is the connection alive? ----------------------------------------------------------------------------------

  void set_alarm() {
    loop.cancel(alarm);
    Duration wait = last_byte + spec.idle - loop.now();
    if (longest != Duration::max()) wait = std::min<Duration>(wait, began + longest - loop.now());
    alarm = loop.after(std::max<Duration>(wait, Duration::zero()), [this] { ring(); });
  }

  void ring() {
    alarm = 0;
    const Instant now = loop.now();
    const bool is_silent = now - last_byte >= spec.idle;
    if (!is_silent && (longest == Duration::max() || now - began < longest)) return set_alarm();
    stop_transfer();
    if (job == Job::kWatch || (job == Job::kStream && !is_in_list)) {
      note(LogLevel::kRequest, "silent for too long; connecting anew");
      // A server that does not know streaming lists may leave us waiting for the end of one.
      if (job == Job::kStream && seen.resource_version.empty()) is_streaming = false;
      return go_on();
    }
    if (job == Job::kStream) is_streaming = false;
    fail({"the list from " + client.access().server + " stopped half-way", Error::kRetry}, std::nullopt);
  }

  void stop_transfer() {
    loop.cancel(alarm);
    alarm = 0;
    if (transfer) loop.transfers().abort(transfer);
    transfer = 0;
  }

  // --- bytes -----------------------------------------------------------------------------------------------------

  bool take_bytes(const Head& head, std::string_view bytes) {
    last_byte = loop.now();
    seen.bytes += bytes.size();
    if (head.status != 200) {
      refusal.append(bytes.substr(0, kMostRefusal - std::min(kMostRefusal, refusal.size())));
      return true;
    }
    if (job != Job::kWatch && !is_in_list) {
      is_in_list = true;
      sink.on_list_begin();
    }
    Result<Done> done = job == Job::kPage ? items->feed(bytes) : events->feed(bytes);
    if (!done && !broken) broken = done.error();
    return !broken && !has_gone_back;
  }

  void take(const Event& event) {
    if (broken || has_gone_back) return;
    got_event = true;
    ++seen.events;
    if (event.type == EventType::kError) {
      error_code = event.code;
      broken =
          Error{redact("the server ended the watch: " + std::to_string(event.code) + " " + std::string(event.message)),
                kind_of(event.code)};
      return;
    }
    if (event.type == EventType::kBookmark && event.initial_events_end && is_in_list)
      return end_list(event.item.resource_version);
    if (event.type == EventType::kAdded || event.type == EventType::kModified) sink.on_object(event.item);
    if (event.type == EventType::kDeleted) sink.on_delete(event.item);
    if (is_in_list) return;  // unordered: only the version of the list counts
    const auto order = compare_versions(event.item.resource_version, seen.resource_version);
    if (order && *order < 0) {
      has_gone_back = true;
      return;
    }
    seen.resource_version = event.item.resource_version;
    if (event.type == EventType::kBookmark) sink.on_bookmark(seen.resource_version);
  }

  void end_list(std::string_view resource_version) {
    is_in_list = is_whole = false;
    seen.resource_version = resource_version;
    seen.has_listed = true;
    seen.failures_in_row = 0;
    ++seen.lists;
    if (job == Job::kStream) {
      job = Job::kWatch;
      seen.phase = Phase::kWatching;
    }
    note(LogLevel::kRequest, "listed, up to version " + seen.resource_version);
    sink.on_list_end(seen.resource_version);
  }

  // --- the end of a connection -----------------------------------------------------------------------------------

  void ended(const Head& head, Failure failure, const std::string& detail) {
    transfer = 0;
    loop.cancel(alarm);
    alarm = 0;
    if (has_gone_back) return gone_back();
    if (broken) return error_code == 410 ? expired(*broken) : fail(*broken, std::nullopt);
    if (head.status == 401 && !was_refused && client.credentials().refused(identity)) {
      was_refused = true;
      return connect(job);
    }
    if (failure != Failure::kNone) {
      if (failure == Failure::kUntrusted) client.credentials().refused(identity);
      return fail(
          {failure_text(failure, client.access(), detail), failure == Failure::kUntrusted ? Error::kIo : Error::kRetry},
          std::nullopt);
    }
    if (head.status != 200) return refused(head);
    was_refused = false;
    if (job == Job::kPage) return page_ended();
    if (!events->is_between())
      return fail({"the server ended the watch in the middle of an object", Error::kRetry}, {});
    if (is_in_list) return fail({"the server ended the list before its end", Error::kRetry}, std::nullopt);
    if (job == Job::kStream) return fail({"the server ended the list before its beginning", Error::kRetry}, {});
    if (!got_event && loop.now() - began < kTooShort)
      return fail({"the server ended the watch at once", Error::kRetry}, std::nullopt);
    // That a server ends a watch is ordinary.
    seen.failures_in_row = 0;
    connect(Job::kWatch);
    probe_after_pause();
  }

  void page_ended() {
    Result<ListEnd> end = items->finish();
    if (!end) return fail(end.error(), std::nullopt);
    continue_token = end->continue_token;
    if (!continue_token.empty()) return connect(Job::kPage);
    end_list(end->resource_version);
    if (is_stopped) return;
    if (spec.newest_only) {
      seen.phase = Phase::kStopped;
      return;
    }
    connect(Job::kWatch);
  }

  void refused(const Head& head) {
    const Status status = read_status(refusal);
    std::string text = "GET " + spec.path + ": " + std::to_string(head.status);
    if (!status.reason.empty()) text += " " + status.reason;
    if (!status.message.empty()) text += ": " + status.message;
    const Error error{redact(text), kind_of(head.status)};
    if (head.status == 410) return expired(error);
    // Watches that a server refuses as such are lists that it does not know how to stream.
    const bool is_no_stream = head.status >= 400 && head.status < 500 && head.status != 401 && head.status != 403 &&
                              head.status != 404 && head.status != 429;
    if (job == Job::kStream && is_no_stream) {
      note(LogLevel::kRequest, "no streaming lists here; listing by pages");
      is_streaming = false;
      return begin_list();
    }
    std::optional<Duration> asked = read_retry_after(head.retry_after, loop.surroundings().wall_time());
    fail(error, asked ? asked : status.retry_after);
  }

  /// 410, as an answer or as an event: the version is too old.
  void expired(const Error& error) {
    note(LogLevel::kRequest, "version " + seen.resource_version + " is too old; listing again");
    if (job == Job::kPage) is_whole = true;  // pages expire when they are read too slowly: all at once, then
    seen.resource_version.clear();
    fail(error, std::nullopt);
  }

  void gone_back() {
    note(LogLevel::kWarning, "the versions of the cluster went back, as after a restored backup; listing again");
    begin_list();
  }

  void fail(const Error& error, std::optional<Duration> asked) {
    stop_transfer();
    ++seen.failures_in_row;
    if (job != Job::kWatch) seen.resource_version.clear();
    is_in_list = false;
    was_refused = false;
    Duration wait = backoff.next(loop.now(), loop.surroundings().random());
    if (asked) wait = std::max(wait, *asked);
    seen.phase = spec.newest_only ? Phase::kStopped : Phase::kWaiting;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(wait).count();
    note(LogLevel::kRequest, error.message + "; again in " + std::to_string(ms) + " ms");
    if (!spec.newest_only) {
      loop.cancel(again);
      again = loop.after(wait, [this] {
        again = 0;
        go_on();
        probe_after_pause();
      });
    }
    sink.on_broken(error, wait);
  }

  // --- versions that go back, and floors ---------------------------------------------------------------------------

  /// A restored cluster accepts a watch from a version it has not reached again, and is silent: ask it.
  void probe_after_pause() {
    if (seen.resource_version.empty() || probe_soon) return;
    probe_soon = loop.after(kProbeDelay, [this] {
      probe_soon = 0;
      probe("");
    });
  }

  void probe(const std::string& floor) {
    if (probing || is_stopped || is_in_list || seen.resource_version.empty()) return;
    Request request{.path = spec.path, .query = {{"limit", "1"}}};
    // The answer to a cancelled probe comes when this watch may be gone.
    probing = client.send(std::move(request), [this, weak = weak_from_this(), floor](Answer answer) {
      const auto alive = weak.lock();
      if (!alive) return;
      probing = 0;
      if (answer.error || seen.resource_version.empty() || is_in_list) return;
      ListReader reader([](const Item&) {});
      if (!reader.feed(answer.body)) return;
      Result<ListEnd> end = reader.finish();
      if (end) compare(end->resource_version, floor);
    });
  }

  void compare(const std::string& present, const std::string& floor) {
    const auto against_seen = compare_versions(present, seen.resource_version);
    const auto seen_against_floor = compare_versions(seen.resource_version, floor);
    const bool went_back = against_seen && *against_seen < 0;
    const bool is_below_floor = !floor.empty() && (!seen_against_floor || *seen_against_floor < 0);
    if (!went_back && !is_below_floor) return;
    stop_transfer();
    client.credentials().forget(this);
    loop.cancel(again);
    again = 0;
    if (went_back) return gone_back();
    note(LogLevel::kRequest, "behind our own write; listing again");
    begin_list();
  }

  void restart() {
    if (is_stopped) return;
    stop_transfer();
    client.credentials().forget(this);
    loop.cancel(again);
    again = 0;
    is_in_list = false;
    begin_list();
  }

  void stop() {
    is_stopped = true;
    seen.phase = Phase::kStopped;
    stop_transfer();
    client.credentials().forget(this);
    for (Loop::TimerId timer : {again, probe_soon}) loop.cancel(timer);
    if (probing) client.cancel(probing);
  }
};

Watch::Watch(Client& client, WatchSpec spec, Sink& sink)
    : state_(std::make_shared<State>(client, std::move(spec), sink)) {
  client.loop().post([weak = std::weak_ptr<State>(state_)] {
    auto s = weak.lock();
    if (s && !s->is_stopped) s->begin_list();
  });
}

Watch::~Watch() { state_->stop(); }

WatchHealth Watch::health() const {
  WatchHealth out = state_->seen;
  out.since_last_byte = state_->last_byte == Instant{} ? Duration::zero() : state_->loop.now() - state_->last_byte;
  return out;
}

void Watch::probe(std::string_view floor) { state_->probe(std::string(floor)); }

void Watch::list_again() {
  state_->loop.post([weak = std::weak_ptr<State>(state_)] {
    if (auto s = weak.lock()) s->restart();
  });
}

namespace {

/// Passes everything on and remembers how it ended.
struct OnceSink : Sink {
  explicit OnceSink(Sink& s) : to(s) {}
  void on_list_begin() override { to.on_list_begin(); }
  void on_object(const Item& item) override { to.on_object(item); }
  void on_delete(const Item& item) override { to.on_delete(item); }
  void on_list_end(std::string_view version) override {
    end.resource_version = version;
    is_done = true;
    to.on_list_end(version);
  }
  void on_bookmark(std::string_view) override {}
  void on_broken(const Error& why, Duration wait) override {
    error = why;
    again_in = wait;
  }
  Sink& to;
  ListEnd end;
  bool is_done = false;
  std::optional<Error> error;
  Duration again_in{};
};

}  // namespace

Result<ListEnd> list(Client& client, WatchSpec spec, Sink& sink) {
  constexpr int kTries = 4;
  spec.newest_only = true;
  for (int i = 1;; ++i) {
    OnceSink once(sink);
    Watch watch(client, spec, once);
    if (!client.loop().run_until([&] { return once.is_done || once.error; }))
      return Error{"GET " + spec.path + ": cancelled", Error::kUsage};
    if (once.is_done) return once.end;
    const bool is_passing = once.error->kind == Error::kRetry || once.error->kind == Error::kGone;
    if (!is_passing || i == kTries || once.error->message.find(": 404") != std::string::npos) return *once.error;
    const bool is_whole = once.error->message.find(": 410") != std::string::npos;
    if (is_whole) spec.page = 0;
    client.loop().run_until([] { return false; }, once.again_in);
  }
}

}  // namespace grovec::kube
