// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/meter_node.hpp"

#include <algorithm>
#include <utility>

#include "kernel/assert.hpp"
#include "models/core/grid/mains.hpp"

namespace models {

namespace {

constexpr std::int64_t kUptimeHz = 1'000'000;
// A firmware that is called this often at one instant makes no progress any more.
constexpr std::uint32_t kWatchdogUpcalls = 10'000;

}  // namespace

MeterNode::MeterNode(const NodeServices& services, const MeterNodeConfig& config,
                     std::unique_ptr<ElectricalFeed> feed)
    : agenda_(services.agenda),
      services_(services),
      config_(config),
      hal_(meter_hal_table()),
      feed_(std::move(feed)),
      instance_(config.firmware->instance_bytes),
      window_timer_(agenda_, *this, node_id(config.meter, kNodeMeter), kWindow),
      supply_timer_(agenda_, *this, node_id(config.meter, kNodeMeter), kSupply),
      relay_timer_(agenda_, *this, node_id(config.meter, kNodeMeter), kRelay),
      rtc_timer_(agenda_, *this, node_id(config.meter, kNodeMeter), kRtc),
      alarm_timer_(agenda_, *this, node_id(config.meter, kNodeMeter), kAlarm),
      uptime_(kUptimeHz, config.tolerance.mcu_ppb),
      rtc_(config.tolerance.rtc, config.rtc_start_ticks),
      flash_(METER_FLASH_PAGES),
      relay_(true),
      buffers_(services.buffers),
      random_(services.seed, config.meter, kernel::kPurposeMeterRandom) {
  static_assert(METER_FLASH_PAGE_BYTES == Flash::kPageBytes && METER_RTC_HZ == Rtc::kRateHz);
  TWIN_ASSERT(services.buffers.buffer_bytes() >= METER_BUFFER_BYTES);
  hal_.context = this;
  for (unsigned port = 0; port < METER_UARTS; ++port) {
    receivers_[port].node_ = this;
    receivers_[port].port_ = static_cast<meter_uart>(port);
  }
  feed_->set_power(agenda_.now(), false);
}

MeterNode::~MeterNode() = default;

void MeterNode::before_upcall() {
  TWIN_ASSERT(!in_upcall_ && running_, in_upcall_, running_);
  const kernel::TimeNs now = agenda_.now();
  if (now >= break_at_ns_) {
    break_at_ns_ = kernel::kNever;
    break_hook_();
  }
  deliver_windows(now);
  upcalls_at_instant_ = now == last_upcall_ns_ ? upcalls_at_instant_ + 1 : 0;
  last_upcall_ns_ = now;
  ++totals_.upcalls;
  in_upcall_ = true;
}

void MeterNode::after_upcall() {
  in_upcall_ = false;
  const kernel::TimeNs now = agenda_.now();
  arm_window(now);
  if (upcalls_at_instant_ >= kWatchdogUpcalls) watchdog(now);
  check_supply(now);
}

// The injected cut of the flash takes the whole meter down.
void MeterNode::check_supply(kernel::TimeNs now) {
  if (!running_ || !flash_.power_cut()) return;
  supply_.collapse();
  turn_off(now);
  arm_supply();
}

void MeterNode::on_time(kernel::TimeNs now, std::uint32_t what) {
  switch (what) {
    case kWindow:
      catch_up();
      break;
    case kSupply:
      step_supply(now);
      break;
    case kRelay:
      settle_relay(now);
      break;
    case kRtc:
      rtc_match_ticks_ = INT64_MAX;
      upcall([this] { config_.firmware->on_rtc(instance_.get()); });
      break;
    case kAlarm:
      upcall([this] { config_.firmware->on_alarm(instance_.get()); });
      break;
    default:
      TWIN_ASSERT(false, what);
  }
}

void MeterNode::receive(kernel::TimeNs, meter_uart port, std::span<const std::uint8_t> frame) {
  if (!running_) return;
  upcall([&] {
    config_.firmware->on_uart(instance_.get(), port, frame.data(),
                              static_cast<std::uint32_t>(frame.size()));
  });
}

// ---- Windows ----

void MeterNode::catch_up() {
  if (!running_) return;
  const kernel::TimeNs now = agenda_.now();
  deliver_windows(now);
  arm_window(now);
  check_supply(now);
}

void MeterNode::deliver_windows(kernel::TimeNs now) {
  in_upcall_ = true;
  feed_->advance(now, *this);
  in_upcall_ = false;
}

void MeterNode::on_sums(const meter_sums& sums, std::uint32_t n_repeats) {
  if (!running_) return;
  totals_.windows += n_repeats;
  config_.firmware->on_sums(instance_.get(), &sums, n_repeats);
}

void MeterNode::on_samples(const meter_window& window) {
  if (!running_) return;
  ++totals_.windows;
  config_.firmware->on_samples(instance_.get(), &window);
}

void MeterNode::arm_window(kernel::TimeNs now) {
  if (config_.detailed) {
    window_timer_.arm(feed_->next_window_end());
  } else if (!config_.lazy) {
    window_timer_.arm((now / kGridStepNs + 1) * kGridStepNs);
  }
}

// Start of the window that contains now: the first one not delivered.
kernel::TimeNs MeterNode::window_start(kernel::TimeNs now) const {
  const MainsSchedule& schedule = feed_->supply().mains();
  const MainsStep& step = schedule.step(schedule.step_at(now));
  return step.start_ns + (now - step.start_ns) / step.window_ns * step.window_ns;
}

// ---- Hardware events ----

void MeterNode::settle_relay(kernel::TimeNs now) {
  deliver_windows(now);
  const bool before = relay_.closed();
  relay_.settle();
  if (relay_.closed() != before) feed_->set_relay(now, relay_.closed());
  upcall([this] { config_.firmware->on_relay(instance_.get(), relay_.closed() ? 1 : 0); });
}

void MeterNode::rearm_rtc() {
  rtc_timer_.arm(rtc_match_ticks_ == INT64_MAX ? kernel::kNever : rtc_.time_of(rtc_match_ticks_));
}

void MeterNode::disturb_clock(double seconds) {
  const auto shift_ticks = static_cast<std::int64_t>(seconds * Rtc::kRateHz);
  rtc_.jump(agenda_.now(), rtc_.ticks_at(agenda_.now()) + shift_ticks);
  if (running_) rtc_timer_.arm(agenda_.now());
}

void MeterNode::set_temperature(double celsius) {
  rtc_.set_temperature(agenda_.now(), celsius);
  if (running_) rearm_rtc();
}

void MeterNode::break_at(kernel::TimeNs at, std::function<void()> hook) {
  break_at_ns_ = at;
  break_hook_ = std::move(hook);
}

}  // namespace models
