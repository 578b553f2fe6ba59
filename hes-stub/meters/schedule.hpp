// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "hes-stub/core/context.hpp"
#include "hes-stub/meters/client_counters.hpp"
#include "hes-stub/meters/jobs.hpp"
#include "hes-stub/meters/session.hpp"
#include "hes-stub/meters/wire.hpp"

namespace hes {

// Who is served when: jobs of one meter share one association, only so many meters are served at
// one time, meters with orders first, and one that failed is left alone for a while.
class Schedule final : private SessionHost {
 public:
  Schedule(Context& context, Wire& wire, Jobs& jobs);
  void start() { counters_.start(); }
  ClientCounters& counters() { return counters_; }

  // Of the wire.
  void on_bound(MeterIndex meter);
  void on_unbound(MeterIndex meter);
  bool on_apdu(MeterIndex meter, protocol::dlms::Sap client, protocol::Bytes apdu,
               std::uint32_t octets);

  void check(MeterIndex meter, std::uint32_t generation);  // deadlines
  void on_session_timer(std::uint32_t session, std::uint32_t generation);

  // There is something to do for the meter, or its time to be left alone is over.
  void wake(MeterIndex meter);
  // Begins what may begin now: at the end of every call from outside.
  void pump();

 private:
  static constexpr std::uint32_t kNoSession = UINT32_MAX;
  struct Standing {
    std::uint32_t session = kNoSession;
    std::uint32_t check_generation = 0;
    std::uint8_t failures = 0;  // in a row
    bool queued = false;        // in a waiting line; twice when an order overtook a job
    UtcNs not_before = 0;       // backed off until then
  };

  std::unique_ptr<Job> next_job(MeterIndex meter) override { return jobs_.next(meter); }
  bool others_wait() const override { return !waiting_.empty() || !waiting_orders_.empty(); }
  bool believes_counters() const override { return true; }
  void send(MeterIndex meter, protocol::dlms::Sap client, protocol::Bytes apdu) override;
  void on_job_done(MeterIndex meter) override { meters_[meter].failures = 0; }
  void on_session_end(std::uint32_t session, MeterIndex meter) override;
  void on_session_failed(MeterIndex meter, std::string_view trouble) override;

  void begin_session(MeterIndex meter);
  Session* session_of(MeterIndex meter);

  Context& context_;
  Wire& wire_;
  Jobs& jobs_;
  ClientCounters counters_;
  std::vector<Standing> meters_;
  std::vector<std::unique_ptr<Session>> sessions_;  // grows up to max_sessions
  std::vector<std::uint32_t> free_sessions_;
  std::deque<MeterIndex> waiting_orders_;
  std::deque<MeterIndex> waiting_;
};

}  // namespace hes
