#include "runtime/kube/client.h"

#include <deque>
#include <unordered_map>

#include "runtime/kube/address.h"
#include "runtime/kube/backoff.h"
#include "runtime/kube/credentials.h"
#include "runtime/kube/redact.h"
#include "runtime/kube/status.h"
#include "runtime/kube/transfers.h"

namespace grovec::kube {

namespace {

constexpr std::uint32_t kMostAttempts = 10;      // when the server asks us to come back
constexpr std::uint32_t kMostBlindAttempts = 4;  // when nobody asks us
constexpr std::size_t kMostRefusal = 1u << 20;

std::string path_joined(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (std::string_view part : parts)
    if (!part.empty()) out.append(1, '/').append(percent_encode(part));
  return out;
}

}  // namespace

std::string path_of(std::string_view group, std::string_view version, std::string_view plural,
                    std::string_view namespace_, std::string_view name, std::string_view subresource) {
  return path_joined({group.empty() ? "api" : "apis", group, version, namespace_.empty() ? "" : "namespaces",
                      namespace_, plural, name}) +
         (subresource.empty() ? "" : "/" + std::string(subresource));
}

std::string path_of(const ir::KindInfo& kind, std::string_view namespace_, std::string_view name,
                    std::string_view subresource) {
  return path_of(kind.group, kind.version, kind.plural, kind.is_namespaced ? namespace_ : "", name, subresource);
}

struct Client::State : std::enable_shared_from_this<Client::State> {
  struct Pending {
    Request request;
    Callback callback;
    Instant began;
    Answer answer;
    Identity identity;
    Backoff backoff{.first = std::chrono::milliseconds(100), .most = std::chrono::seconds(10), .jitter = 0.5};
    Loop::TimerId deadline = 0, again = 0;
    Transfers::Id transfer = 0;
    bool is_out = false;       // counts as in flight
    bool was_refused = false;  // one new identity for each request
    bool is_too_large = false;
    std::string path;  // with query
  };

  State(Loop& l, Access a, ClientOptions o)
      : loop(l), access(std::move(a)), options(std::move(o)), credentials(l, access) {
    options.in_flight = std::max(options.in_flight, 1u);
    limit = options.in_flight;
    bucket = burst();
    bucket_at = loop.now();
  }

  Loop& loop;
  Access access;
  ClientOptions options;
  Credentials credentials;
  std::unordered_map<RequestId, std::unique_ptr<Pending>> pending;
  std::deque<RequestId> queue;
  RequestId last = 0;
  std::size_t out = 0;
  double limit = 0, bucket = 0;
  Instant bucket_at;
  Loop::TimerId refill = 0;
  bool pump_is_posted = false;
  std::function<bool()> may_write;
  std::uint64_t refusals = 0;

  double burst() const { return options.burst ? options.burst : std::max(1.0, options.qps); }
  const Surroundings& around() const { return loop.surroundings(); }
  Pending* find(RequestId id) {
    auto found = pending.find(id);
    return found == pending.end() ? nullptr : found->second.get();
  }

  void enqueue(RequestId id) {
    queue.push_back(id);
    post_pump();
  }
  void post_pump() {
    if (pump_is_posted) return;
    pump_is_posted = true;
    loop.post([weak = weak_from_this()] {
      if (auto self = weak.lock()) self->pump();
    });
  }

  /// Whether the rate allows one more now; else sets a timer for when it does.
  bool take_from_bucket() {
    if (options.qps <= 0) return true;
    const Instant now = loop.now();
    bucket = std::min(burst(), bucket + options.qps * std::chrono::duration<double>(now - bucket_at).count());
    bucket_at = now;
    if (bucket >= 1) {
      bucket -= 1;
      return true;
    }
    if (refill) return false;
    const auto wait = std::chrono::duration<double>((1 - bucket) / options.qps);
    refill = loop.after(std::chrono::ceil<Duration>(wait), [this] {
      refill = 0;
      pump();
    });
    return false;
  }

  void pump() {
    pump_is_posted = false;
    while (!queue.empty() && out < static_cast<std::size_t>(limit)) {
      Pending* p = find(queue.front());
      if (!p) {
        queue.pop_front();
        continue;
      }
      if (!take_from_bucket()) return;
      const RequestId id = queue.front();
      queue.pop_front();
      p->is_out = true;
      ++out;
      credentials.get(this, [this, id](Result<Identity> identity) { launch(id, std::move(identity)); });
    }
  }

  void launch(RequestId id, Result<Identity> identity) {
    Pending* p = find(id);
    if (!p) return;
    if (!identity) return fail(id, {redact(identity.error().message), identity.error().kind});
    if (p->request.method != Method::kGet && may_write && !may_write())
      return fail(id, {at(*p) + "not sent: nothing may be written any more", Error::kUsage});
    p->identity = *identity;
    ++p->answer.attempts;
    p->answer.body.clear();
    p->is_too_large = false;
    Transfer t;
    t.method = method_name(p->request.method);
    t.headers = identity->headers;
    address(t, access, p->path, p->request.accept, options.user_agent);
    if (!p->request.body.empty()) t.headers.push_back("Content-Type: " + p->request.content_type);
    t.body = p->request.body;
    t.may_repeat = p->request.idempotent || p->request.method == Method::kGet;
    t.tls = identity->tls;
    t.on_bytes = [p](const Head& head, std::string_view bytes) {
      const std::size_t most = head.status < 300 ? p->request.most_bytes : kMostRefusal;
      p->is_too_large = p->answer.body.size() + bytes.size() > most;
      if (!p->is_too_large) p->answer.body.append(bytes);
      return !p->is_too_large;
    };
    t.on_end = [this, id](const Head& head, Failure failure, const std::string& detail) {
      ended(id, head, failure, detail);
    };
    p->transfer = loop.transfers().start(std::move(t));
  }

  void release(Pending& p) {
    if (!p.is_out) return;
    p.is_out = false;
    --out;
    post_pump();
  }

  void log_answer(const Pending& p, const Head& head, const std::string& detail) {
    if (around().log_level < LogLevel::kRequest) return;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(loop.now() - p.began).count();
    std::string line = std::string(method_name(p.request.method)) + " " + p.path + ": ";
    line += head.status ? std::to_string(head.status) : detail;
    line += ", " + std::to_string(p.answer.body.size()) + " bytes, " + std::to_string(ms) + " ms";
    if (!head.flow_schema.empty()) line += ", flow schema " + head.flow_schema;
    around().log(LogLevel::kRequest, redact(line));
  }

  void ended(RequestId id, const Head& head, Failure failure, const std::string& detail) {
    Pending& p = *find(id);
    p.transfer = 0;
    p.answer.status = head.status;
    log_answer(p, head, detail);
    if (p.is_too_large)
      return fail(id, {at(p) + "the answer is larger than " + std::to_string(p.request.most_bytes >> 20) + " MiB",
                       Error::kContent});
    if (failure != Failure::kNone) return broke(id, p, failure, detail);
    for (const std::string& warning : head.warnings) p.answer.warnings.push_back(read_warning(warning));
    if (head.status >= 200 && head.status < 300) {
      limit = std::min<double>(options.in_flight, limit + 1 / limit);
      return finish(id);
    }
    refused(id, p, head);
  }

  void refused(RequestId id, Pending& p, const Head& head) {
    if (head.status == 401 && !p.was_refused && credentials.refused(p.identity)) {
      p.was_refused = true;
      release(p);
      return enqueue(id);
    }
    const Status status = read_status(p.answer.body);
    p.answer.reason = status.reason;
    std::optional<Duration> asked = read_retry_after(head.retry_after, around().wall_time());
    if (!asked) asked = status.retry_after;
    if (head.status == 429) {
      ++refusals;
      limit = std::max(1.0, limit / 2);
    }
    const bool is_safe = p.request.method == Method::kGet || p.request.idempotent;
    const bool is_lasting = head.status == 501 || is_about_content(status);
    const bool is_passing = head.status == 429 || (head.status >= 500 && !is_lasting && is_safe);
    const std::uint32_t most = asked ? kMostAttempts : kMostBlindAttempts;
    if (is_passing && p.answer.attempts < most && again(id, p, asked)) return;
    p.answer.retry_after = asked;
    p.answer.outcome_unknown = head.status == 504 && p.request.method != Method::kGet;
    std::string text = at(p) + std::to_string(head.status);
    if (!status.reason.empty()) text += " " + status.reason;
    if (!status.message.empty()) text += ": " + status.message;
    if (head.status >= 300 && head.status < 400) text += "; redirects are not followed: correct the server's address";
    fail(id, {redact(text), is_about_content(status) ? Error::kContent : kind_of(head.status)});
  }

  void broke(RequestId id, Pending& p, Failure failure, const std::string& detail) {
    const bool is_safe = p.request.method == Method::kGet || p.request.idempotent;
    if (failure == Failure::kUntrusted && !p.was_refused && credentials.refused(p.identity)) {
      p.was_refused = true;
      release(p);
      return enqueue(id);
    }
    const bool may_again = failure == Failure::kNotSent || (failure == Failure::kLost && is_safe);
    if (may_again && p.answer.attempts < kMostBlindAttempts && again(id, p, std::nullopt)) return;
    p.answer.outcome_unknown = failure == Failure::kLost && p.request.method != Method::kGet;
    const Error::Kind kind = failure == Failure::kUntrusted ? Error::kIo : Error::kRetry;
    std::string text = failure_text(failure, access, detail);
    if (p.answer.outcome_unknown) text += "; the request may have been carried out";
    fail(id, {at(p) + text, kind});
  }

  /// Waits and sends again, if the deadline leaves time for it.
  bool again(RequestId id, Pending& p, std::optional<Duration> asked) {
    Duration wait = p.backoff.next(loop.now(), around().random());
    if (asked) wait = std::max(wait, *asked);
    if (loop.now() + wait >= p.began + p.request.deadline) return false;
    release(p);
    p.again = loop.after(wait, [this, id] {
      if (Pending* p = find(id)) {
        p->again = 0;
        enqueue(id);
      }
    });
    return true;
  }

  std::string at(const Pending& p) const {
    return std::string(method_name(p.request.method)) + " " + escape_controls(p.request.path) + ": ";
  }

  void fail(RequestId id, Error error) {
    find(id)->answer.error = std::move(error);
    finish(id);
  }

  std::unique_ptr<Pending> take(RequestId id) {
    auto found = pending.find(id);
    std::unique_ptr<Pending> p = std::move(found->second);
    pending.erase(found);
    loop.cancel(p->deadline);
    loop.cancel(p->again);
    if (p->transfer) loop.transfers().abort(p->transfer);
    release(*p);
    return p;
  }

  void finish(RequestId id) {
    std::unique_ptr<Pending> p = take(id);
    p->callback(std::move(p->answer));
  }

  void out_of_time(RequestId id) {
    Pending& p = *find(id);
    const bool is_under_way = p.transfer != 0;
    p.answer.outcome_unknown = is_under_way && p.request.method != Method::kGet;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(p.request.deadline).count();
    std::string text = at(p) + "no answer from " + access.server + " within " +
                       (ms % 1000 ? std::to_string(ms) + " ms" : std::to_string(ms / 1000) + " s");
    if (p.answer.status == 429) text += ", after 429";
    if (p.answer.outcome_unknown) text += "; the request may have been carried out";
    fail(id, {text, Error::kRetry});
  }
};

Client::Client(Loop& loop, Access access, ClientOptions options)
    : state_(std::make_shared<State>(loop, std::move(access), std::move(options))) {}

Client::~Client() {
  State& s = *state_;
  s.credentials.forget(&s);
  s.loop.cancel(s.refill);
  while (!s.pending.empty()) s.take(s.pending.begin()->first);
}

Client::RequestId Client::send(Request request, Callback callback) {
  State& s = *state_;
  const RequestId id = ++s.last;
  auto p = std::make_unique<State::Pending>();
  p->path = request.path + query_text(request.query);
  p->request = std::move(request);
  p->callback = std::move(callback);
  p->began = s.loop.now();
  p->deadline = s.loop.after(p->request.deadline, [&s, id] {
    if (s.find(id)) s.out_of_time(id);
  });
  s.pending.emplace(id, std::move(p));
  s.enqueue(id);
  return id;
}

void Client::cancel(RequestId id) {
  state_->loop.post([weak = std::weak_ptr<State>(state_), id] {
    auto self = weak.lock();
    if (!self) return;
    State::Pending* p = self->find(id);
    if (!p) return;
    p->answer.outcome_unknown = p->transfer != 0 && p->request.method != Method::kGet;
    self->fail(id, {self->at(*p) + "cancelled", Error::kUsage});
  });
}

Answer Client::call(Request request) {
  std::optional<Answer> got;
  const RequestId id = send(std::move(request), [&got](Answer answer) { got = std::move(answer); });
  if (loop().run_until([&got] { return got.has_value(); })) return std::move(*got);
  // Stopped from outside.
  if (State::Pending* p = state_->find(id)) {
    got.emplace();
    got->outcome_unknown = p->transfer != 0 && p->request.method != Method::kGet;
    got->error = Error{state_->at(*p) + "cancelled", Error::kUsage};
    state_->take(id);
  }
  return std::move(*got);
}

void Client::set_permission(std::function<bool()> may_write) { state_->may_write = std::move(may_write); }

std::uint64_t Client::refusals() const { return state_->refusals; }
std::size_t Client::waiting() const { return state_->pending.size(); }
std::size_t Client::in_flight() const { return state_->out; }
std::size_t Client::in_flight_limit() const { return static_cast<std::size_t>(state_->limit); }
Loop& Client::loop() const { return state_->loop; }
const Access& Client::access() const { return state_->access; }
Credentials& Client::credentials() const { return state_->credentials; }
const ClientOptions& Client::options() const { return state_->options; }

}  // namespace grovec::kube
