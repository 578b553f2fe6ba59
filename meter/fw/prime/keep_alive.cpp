// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/prime/keep_alive.hpp"

namespace meter::fw::prime {

using namespace protocol::prime;

void KeepAlive::clear() {
  until_us_ = kNoDeadline;
  received_ = sent_ = 0;
}

void KeepAlive::stay(std::uint8_t time_code) {
  time_code_ = time_code;
  stay_longer();
}

bool KeepAlive::on_alv(Bytes payload) {
  const auto alv = decode_alv(payload);
  if (!alv) {
    ++core_.counters.malformed;
    return false;
  }
  stay(alv->time_code);
  received_ = (received_ + 1) & 7;
  sent_ = (sent_ + 1) & 7;
  core_.tell(ControlType::alv, Alv{received_, sent_, alv->time_code, core_.lsid});
  return true;
}

}  // namespace meter::fw::prime
