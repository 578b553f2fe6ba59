// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "hes-stub/core/context.hpp"
#include "hes-stub/meters/client_counters.hpp"
#include "protocol/dlms/client.hpp"

namespace hes {

class Session;

// How a job goes on.
enum class Progress : std::uint8_t {
  asked,      // a request is on its way
  done,       // and the meter is well
  concluded,  // nothing more to do, though the meter did not do it now
  again,      // from the association on
  renewed,    // the same, and with the keys that the meter has now
  hopeless,   // back off
};

// One thing to do with a meter once an association is open. It is made anew after a failure, and
// gone when it is over or the association is.
class Job {
 public:
  virtual ~Job() = default;
  virtual MessageKind kind() const = 0;
  virtual Progress begin(Session& session) = 0;
  // Data, done or refused: what the meter answered to the last request.
  virtual Progress on_answer(Session& session, const protocol::dlms::ClientEvent& event) = 0;
  // The answer outgrows a session's memory; the next job may ask for less.
  virtual void on_too_long(MeterIndex) {}
};

// Whom a session works for.
class SessionHost {
 public:
  virtual std::unique_ptr<Job> next_job(MeterIndex meter) = 0;  // nullptr: nothing to do
  virtual bool others_wait() const = 0;
  // Whether a counter that anybody may have told, in clear, is taken over after a rejection. If
  // not, one is only where none is known, and then none that leads nowhere.
  virtual bool believes_counters() const = 0;
  virtual void send(MeterIndex meter, protocol::dlms::Sap client, protocol::Bytes apdu) = 0;
  virtual void on_job_done(MeterIndex meter) = 0;
  virtual void on_session_end(std::uint32_t session, MeterIndex meter) = 0;
  // After its end; `trouble`: why, by name.
  virtual void on_session_failed(MeterIndex meter, std::string_view trouble) = 0;

 protected:
  ~SessionHost() = default;
};

// One association at work (client 1, HLS5), from opening to release, and what happens when it goes
// wrong. Its buffers stay when the next meter takes it over.
class Session {
 public:
  // Its deadlines are `timer` and `index`; they come back as on_timer().
  Session(Context& context, SessionHost& host, ClientCounters& counters, Deadline::Kind timer,
          std::uint32_t index);

  void begin(MeterIndex meter);
  protocol::dlms::Sap client_sap() const;
  // A request is out, and its answer is to come.
  bool waits() const { return step_ != Step::free && step_ != Step::idle; }
  // `octets` with the wrapper's header.
  void on_apdu(protocol::Bytes apdu, std::uint32_t octets);
  void on_timer(std::uint32_t generation);
  void wake();  // there may be something new to do
  void end();   // the connection is gone

  // For jobs. A request comes of client(); one that cannot be made is hopeless.
  MeterIndex meter() const { return meter_; }
  protocol::dlms::ClientSession& client() { return *client_; }
  Progress ask(const protocol::Result<protocol::Bytes>& apdu);
  UtcNs asked_at() const { return sent_; }

 private:
  using ClientEvent = protocol::dlms::ClientEvent;
  enum class Step : std::uint8_t {
    free,
    associating,
    reading_counter,  // public client
    releasing_public,
    working,
    idle,
    releasing,
  };
  struct Exchange {
    UtcNs begun = 0;
    std::uint32_t octets_up = 0;
    std::uint32_t octets_down = 0;
    const char* trouble = "";  // why it was tried again, by name
  };
  void associate(bool public_client);
  void on_associated();
  void on_event(const ClientEvent& event);
  void on_counter(const ClientEvent& event);
  void next_job();
  void go_on(Progress progress);
  void transmit(const protocol::Result<protocol::Bytes>& apdu);
  void await(std::int64_t seconds);
  void release();
  void retry();
  void renew();
  bool try_other_keys();
  void fail();
  void report(MessageKind kind);

  Context& context_;
  SessionHost& host_;
  ClientCounters& counters_;
  const struct Timer {
    Deadline::Kind kind;
    std::uint32_t index;
  } timer_;
  MeterIndex meter_ = kNoMeter;
  Step step_ = Step::free;
  bool public_client_ = false;
  // In this session: what did not help once does not help twice.
  struct Tried {
    bool counter_read = false;
    bool other_keys = false;
    KeyNumber keys = 0;  // of this association
  } tried_;
  std::uint32_t generation_ = 0;  // of its timer
  std::int64_t attempts_ = 0;     // of the job in hand
  std::unique_ptr<Job> job_;
  Exchange exchange_;
  UtcNs sent_ = 0;  // the last request
  std::optional<protocol::dlms::ClientSession> client_;
  std::vector<std::uint8_t> work_;
};

}  // namespace hes
