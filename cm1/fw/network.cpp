// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "cm1/fw/network.hpp"

namespace cm1::fw {
namespace {

constexpr std::int64_t kBootPatience_us = 60 * kUsPerSecond;  // cold boot takes 15 s at most
constexpr std::int64_t kConnectPatience_us =
    150 * kUsPerSecond;  // search, attach, PDP on a full cell
// A context that held this long was a good one: the next failure starts the backoff afresh.
constexpr std::int64_t kStable_us = 60 * kUsPerSecond;
constexpr std::int64_t kFailuresToRestart = 8;
// Operators accept one restart of a modem an hour (GSMA TS.34, as module makers quote it).
constexpr std::int64_t kRestartInterval_us = 3600 * kUsPerSecond;

}  // namespace

void Network::go(Step step, std::int64_t patience_us) {
  step_ = step;
  deadline_us_ = patience_us == kNever ? kNever : platform_.now_us() + patience_us;
}

// After an outage a whole street starts at once: each module takes its own moment.
void Network::start(const cm1_provision& provision) {
  apn_ = provision.apn;
  go(Step::waiting, platform_.random_delay_us(provision.start_delay_s * kUsPerSecond));
}

void Network::power_on() {
  powered_ = true;
  powered_since_us_ = platform_.now_us();
  go(Step::booting, kBootPatience_us);
  platform_.modem_power(true);
}

void Network::connect() {
  go(Step::connecting, kConnectPatience_us);
  platform_.modem_connect(apn_);
}

void Network::fail() {
  ++failures_;
  if (step_ == Step::online && platform_.now_us() - online_since_us_ >= kStable_us) {
    backoff_.reset();
  }
  const std::int64_t delay_us = backoff_.next_us(platform_);
  const bool restart = backoff_.failures() % kFailuresToRestart == 0 &&
                       platform_.now_us() - powered_since_us_ >= kRestartInterval_us;
  go(Step::waiting, delay_us);
  if (restart) {
    ++restarts_;
    powered_ = false;
    platform_.modem_power(false);
  } else if (powered_) {
    platform_.modem_disconnect();
  }
}

void Network::renew() {
  if (step_ == Step::online) fail();
}

void Network::on_modem(cm1_modem_state state) {
  if (state == CM1_MODEM_OFF) {
    const bool unexpected = powered_;
    powered_ = false;
    if (unexpected) fail();
    return;
  }
  switch (step_) {
    case Step::booting:
      return connect();
    case Step::connecting:
      if (state == CM1_MODEM_SEARCHING) return fail();  // no cell, or rejected
      if (state == CM1_MODEM_ATTACHED) return go(Step::connecting, kConnectPatience_us);
      online_since_us_ = platform_.now_us();
      return go(Step::online, kNever);
    case Step::online:
      if (state != CM1_MODEM_ONLINE) fail();
      return;
    case Step::off:
    case Step::waiting:
      return;  // on its way down
  }
}

void Network::on_time() {
  if (platform_.now_us() < deadline_us_) return;
  switch (step_) {
    case Step::waiting:
      return powered_ ? connect() : power_on();
    case Step::booting:
      return connect();
    case Step::connecting:
      return fail();
    case Step::off:
    case Step::online:
      deadline_us_ = kNever;
  }
}

}  // namespace cm1::fw
