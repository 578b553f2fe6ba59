// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/prime/link_quality.hpp"

#include <algorithm>

namespace protocol::prime {
namespace {

constexpr std::uint8_t kSettled = 4;  // frames heard before a neighbour is bothered

constexpr Scheme kByRate[] = {Scheme::dbpsk_f, Scheme::dqpsk_f, Scheme::d8psk_f};
constexpr int rate_of(Scheme scheme) {
  return scheme == Scheme::d8psk_f ? 2 : scheme == Scheme::dqpsk_f ? 1 : 0;
}

// The fastest scheme that holds at this SNR, seen from one in use: stepping up takes more than
// staying does.
Scheme fitting(std::int32_t snr_cdb, Scheme current) {
  int best = 0;
  for (int rate = 1; rate <= 2; ++rate) {
    const std::int32_t extra = rate > rate_of(current) ? kStepUpCdb : 0;
    if (snr_cdb >= needed_snr_cdb(kByRate[rate]) + kStayMarginCdb + extra) best = rate;
  }
  return kByRate[best];
}

}  // namespace

void LinkQuality::choose(std::int32_t snr_cdb) { scheme_ = fitting(snr_cdb, scheme_); }

void LinkQuality::heard(std::int32_t snr_cdb) {
  snr_cdb = std::clamp(snr_cdb, -10'000, 10'000);
  if (samples_ == 0) {
    mean_cdb_ = snr_cdb;
  } else {
    mean_cdb_ += (snr_cdb - mean_cdb_) / (1 << kEmaShift);
  }
  if (samples_ < 0xFF) ++samples_;
  if (!has_report_) choose(mean_cdb_);
}

void LinkQuality::reported(std::uint8_t code) {
  has_report_ = true;
  choose(snr_of_code_cdb(code));
}

void LinkQuality::step_down() {
  const int rate = rate_of(scheme_);
  scheme_ = kByRate[rate > 0 ? rate - 1 : 0];
}

bool LinkQuality::should_report(Scheme used) const {
  if (samples_ < kSettled || !is_coded(used)) return false;
  // Rounded down to what the code can say, so that the report leads to the scheme meant here.
  return fitting(snr_of_code_cdb(snr_code(mean_cdb_)), used) != used;
}

}  // namespace protocol::prime
