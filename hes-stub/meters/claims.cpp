// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/claims.hpp"

#include <algorithm>

namespace hes {

// The association that proves it: opened and released, nothing is asked for.
class Claims::Claim final : private SessionHost {
 public:
  Claim(Context& context, Wire& wire, ClientCounters& counters, std::uint32_t index)
      : context_(context),
        wire_(wire),
        session_(context, *this, counters, Deadline::Kind::claim, index) {}

  void begin(MeterIndex meter, ConnectionId connection) {
    connection_ = connection;
    proved_ = false;
    session_.begin(meter);
  }
  ConnectionId connection() const { return connection_; }
  Session& session() { return session_; }
  void cancel() {
    connection_ = kNoConnection;
    session_.end();
  }

 private:
  std::unique_ptr<Job> next_job(MeterIndex) override {
    proved_ = true;  // associated
    return nullptr;
  }
  bool others_wait() const override { return true; }
  // Of a stranger: it could use up our numbers.
  bool believes_counters() const override { return false; }
  void send(MeterIndex, protocol::dlms::Sap client, protocol::Bytes apdu) override {
    wire_.send_on(connection_, client, apdu);
  }
  void on_job_done(MeterIndex) override {}
  void on_session_end(std::uint32_t, MeterIndex) override {
    if (!proved_ || connection_ == kNoConnection) return;
    wire_.take_over(std::exchange(connection_, kNoConnection));
  }
  void on_session_failed(MeterIndex meter, std::string_view trouble) override {
    context_.note_event(meter, "connection not proved", trouble);
    wire_.refuse_claim(std::exchange(connection_, kNoConnection));
  }

  Context& context_;
  Wire& wire_;
  ConnectionId connection_ = kNoConnection;
  bool proved_ = false;
  Session session_;
};

Claims::Claims(Context& context, Wire& wire, ClientCounters& counters)
    : context_(context), wire_(wire), counters_(counters) {}
Claims::~Claims() = default;

void Claims::on_claim(MeterIndex meter, ConnectionId connection) {
  waiting_.emplace_back(meter, connection);
}

Claims::Claim* Claims::find(ConnectionId connection) {
  for (const auto& claim : claims_) {
    if (claim->connection() == connection) return claim.get();
  }
  return nullptr;
}

bool Claims::on_apdu(ConnectionId connection, protocol::dlms::Sap client, protocol::Bytes apdu,
                     std::uint32_t octets) {
  Claim* const claim = find(connection);
  if (claim == nullptr || client != claim->session().client_sap()) return false;
  claim->session().on_apdu(apdu, octets);
  return true;
}

protocol::dlms::Sap Claims::on_claim_ended(ConnectionId connection) {
  Claim* const claim = find(connection);
  if (claim == nullptr) {
    std::erase_if(waiting_, [&](const auto& waits) { return waits.second == connection; });
    return 0;
  }
  const protocol::dlms::Sap asks = claim->session().waits() ? claim->session().client_sap() : 0;
  claim->cancel();
  return asks;
}

void Claims::on_timer(std::uint32_t claim, std::uint32_t generation) {
  claims_[claim]->session().on_timer(generation);
}

Claims::Claim* Claims::free_one() {
  if (Claim* const free = find(kNoConnection)) return free;
  if (claims_.size() == kMost) return nullptr;
  const auto index = static_cast<std::uint32_t>(claims_.size());
  return claims_.emplace_back(std::make_unique<Claim>(context_, wire_, counters_, index)).get();
}

void Claims::pump() {
  while (!waiting_.empty()) {
    Claim* const claim = free_one();
    if (claim == nullptr) return;
    const auto [meter, connection] = waiting_.front();
    waiting_.pop_front();
    claim->begin(meter, connection);
  }
}

}  // namespace hes
