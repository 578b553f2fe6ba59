// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/typetest/bench_meter.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "kernel/assert.hpp"
#include "kernel/det_math.hpp"
#include "sim/typetest/setting.hpp"

namespace sim::typetest {
namespace {

constexpr const char* kPassword = "TYPETEST";
constexpr kernel::TimeNs kBootNs = kernel::kNsPerSecond;
constexpr std::int64_t kStartUtc_s = 1'767'225'600;  // 2026-01-01
// Windows of the production line have samples, hence noise, that no window of the test has.
constexpr kernel::TimeNs kFactoryNs = 1000 * kernel::kNsPerDay;
constexpr std::int32_t kFactoryWindows = 100;  // averaged at each point

void no_random(protocol::MutableBytes octets) { TWIN_ASSERT(octets.empty(), octets.size()); }

template <typename Array>
void copy_text(const std::string& text, Array& out) {
  std::copy_n(text.begin(), std::min(text.size(), std::size(out)), std::begin(out));
}

meter_provision provision_of(std::uint32_t number) {
  meter_provision provision{};
  const std::string serial = std::to_string(1'000'000'000u + number);
  copy_text(serial, provision.serial);
  copy_text("AMT" + serial, provision.logical_device_name);
  copy_text(kPassword, provision.low_level_password);
  for (std::size_t k = 0; k < 16; ++k) {
    provision.unicast_key[k] = static_cast<std::uint8_t>(k + number);
    provision.authentication_key[k] = static_cast<std::uint8_t>(2 * k + number);
    provision.master_key[k] = static_cast<std::uint8_t>(3 * k + number);
  }
  copy_text("AMTBENCH", provision.system_title);
  provision.capture_period_s = 900;
  return provision;
}

// The four sums of a window in double precision, as the hal defines them: what the platform hands
// over on the production line.
meter_element_sums sums_of(const std::int32_t* v, const std::int32_t* i, std::uint32_t n,
                           double turns_of_sample) {
  double sum_v = 0, sum_i = 0, v_cos = 0, v_sin = 0, i_cos = 0, i_sin = 0;
  meter_element_sums sums{};
  for (std::uint32_t k = 0; k < n; ++k) {
    sum_v += v[k];
    sum_i += i[k];
  }
  for (std::uint32_t k = 0; k < n; ++k) {
    const double vk = v[k] - sum_v / n;
    const double ik = i[k] - sum_i / n;
    const double turns = k * turns_of_sample;
    const kernel::SinCos angle =
        kernel::det_sincos(2 * kernel::kPi * (turns - static_cast<int>(turns)));
    sums.vv += vk * vk;
    sums.ii += ik * ik;
    sums.vi += vk * ik;
    v_cos += vk * angle.cos;
    v_sin += vk * angle.sin;
    i_cos += ik * angle.cos;
    i_sin += ik * angle.sin;
  }
  sums.vq = 2 * (v_cos * i_sin - v_sin * i_cos) / n;
  return sums;
}

struct FactoryPoint {
  meter_calibration_step step;
  double current_a;
  double lag_deg;
  double celsius;
};
constexpr double kReference_a = 5;  // Iref, data sheet
constexpr double kWarm_c = 60;      // of the production line's climatic chamber
constexpr double kCold_c = -20;
constexpr FactoryPoint kFactoryPoints[] = {
    {METER_CALIBRATE_GAIN, kReference_a, 0, kReference_c},
    {METER_CALIBRATE_PHASE, kReference_a, 60, kReference_c},
    {METER_CALIBRATE_OFFSET, 0, 0, kReference_c},
    {METER_CALIBRATE_CLOCK, 0, 0, kReference_c},
    {METER_CALIBRATE_TEMPERATURE, kReference_a, 60, kWarm_c},
    {METER_CALIBRATE_CLOCK, 0, 0, kWarm_c},
    {METER_CALIBRATE_CLOCK, 0, 0, kCold_c},
};
// A firmware that knows of no drift says so; its errors will tell.
bool is_needed(meter_calibration_step step) {
  return step != METER_CALIBRATE_TEMPERATURE && step != METER_CALIBRATE_CLOCK;
}

models::MeterNodeConfig node_config(const BenchContext& context, std::uint32_t number) {
  models::MeterNodeConfig config;
  config.firmware = &context.firmware;
  config.meter = number;
  config.rtc_start_ticks = kStartUtc_s * models::Rtc::kRateHz;
  config.tolerance = models::draw_device_tolerance(context.seed, number);  // new: not aged
  return config;
}

}  // namespace

BenchMeter::BenchMeter(const BenchContext& context, std::uint32_t number)
    : context_(context),
      number_(number),
      front_end_(context.seed, number, n_phases()),
      supply_(context.mains, load_),
      unused_afe_(context.seed, number, n_phases(), front_end_.tolerance(), false),
      crypto_(no_random),
      buffers_(METER_BUFFER_BYTES) {
  auto feed =
      std::make_unique<models::ElectricalFeed>(supply_, unused_afe_, models::FeedTier::fleet);
  feed_ = feed.get();
  node_ = std::make_unique<models::MeterNode>(
      models::NodeServices{agenda_, crypto_, buffers_, context.seed}, node_config(context, number),
      std::move(feed));
  head_ =
      std::make_unique<OpticalHead>(agenda_, *node_, crypto_, kPassword, [this] { run_window(); });
}

BenchMeter::~BenchMeter() = default;

std::string BenchMeter::begin() {
  const std::string who = "meter " + std::to_string(number_) + ": its firmware refuses to be ";
  if (!node_->provision(provision_of(number_))) return who + "provisioned";
  if (!calibrate()) return who + "calibrated";
  node_->power(0, true);
  agenda_.run_until(kBootNs);
  if (!node_->running()) return "meter " + std::to_string(number_) + ": its firmware does not boot";
  feed_->set_power(agenda_.now(), false);
  return {};
}

// The mean of consecutive windows, as sums of the first one's length: a single one errs by the
// sample it has too many or too few.
meter_sums BenchMeter::bench_sums(const Setting& setting, kernel::TimeNs from_ns) {
  meter_sums mean{};
  for (std::int32_t w = 0; w < kFactoryWindows; ++w) {
    const meter_window window =
        front_end_.sample(setting, w * models::kWindowCycles, from_ns + w * setting.window_ns);
    if (w == 0) {
      mean.n_samples = window.n_samples;
      mean.n_cycles = window.n_cycles;
      mean.length_q16 = window.length_q16;
      mean.n_elements = static_cast<std::uint32_t>(n_phases());
    }
    const double same_length = static_cast<double>(mean.n_samples) / window.n_samples;
    for (std::uint32_t p = 0; p < mean.n_elements; ++p) {
      const meter_element_sums next =
          sums_of(window.channel[METER_V1 + p], window.channel[METER_I1 + p], window.n_samples,
                  65536.0 * window.n_cycles / window.length_q16);
      for (const auto sum : {&meter_element_sums::vv, &meter_element_sums::ii,
                             &meter_element_sums::vi, &meter_element_sums::vq}) {
        double& so_far = mean.element[p].*sum;
        so_far += (next.*sum * same_length - so_far) / (w + 1);
      }
    }
  }
  return mean;
}

bool BenchMeter::calibrate() {
  kernel::TimeNs from_ns = kFactoryNs;
  for (const FactoryPoint& point : kFactoryPoints) {
    const Setting setting =
        plain_setting(static_cast<std::size_t>(n_phases()), point.current_a, point.lag_deg);
    const kernel::SinCos angle = kernel::det_sincos(point.lag_deg * (kernel::kPi / 180));
    const double apparent_va = kUn_v * point.current_a;
    warm_to(point.celsius);
    const meter_reference reference = {
        kUn_v, point.current_a, apparent_va * angle.cos, apparent_va * angle.sin,
        static_cast<double>(node_->board().rtc.clock().deviation_ppb())};
    const bool clock = point.step == METER_CALIBRATE_CLOCK;
    const meter_sums sums = clock ? meter_sums{} : bench_sums(setting, from_ns);
    if (!node_->calibrate(point.step, sums, reference) && is_needed(point.step)) return false;
    if (!clock) from_ns += kernel::kNsPerDay;
  }
  warm_to(kReference_c);
  return node_->calibrate(METER_CALIBRATE_STORE, {}, {});
}

double BenchMeter::clock_s_per_day(double seconds) {
  const kernel::TimeNs half = std::llround(seconds / 2) * kernel::kNsPerSecond;
  agenda_.run_until(agenda_.now() + half);
  const models::Rtc& clock = node_->board().rtc.clock();
  const std::int64_t before = clock.ticks_at(agenda_.now());
  agenda_.run_until(agenda_.now() + half);
  const auto ticks = static_cast<double>(clock.ticks_at(agenda_.now()) - before);
  const double seen_s = static_cast<double>(half) / kernel::kNsPerSecond;
  return 86'400 * (ticks / (seen_s * models::Rtc::kRateHz) - 1);
}

void BenchMeter::warm_to(double celsius) {
  node_->board().rtc.set_temperature(celsius);
  front_end_.warm_to(celsius);
}

void BenchMeter::set(const Setting& setting) {
  setting_ = &setting;
  cycle_ = 0;
  warm_to(setting.celsius);
}

// What fell due before the window's end comes first, then the window, then what falls due at its
// end: the hal's order.
void BenchMeter::run_window() {
  const kernel::TimeNs start = agenda_.now();
  const kernel::TimeNs end = start + setting_->window_ns;
  agenda_.run_until(end - 1);
  const meter_window window = front_end_.sample(*setting_, cycle_, start);
  cycle_ += models::kWindowCycles;
  node_->within("on_samples", &meter_firmware::on_samples, &window);
  note_pulses();
  agenda_.run_until(end);
}

// The pulses of a window are laid over the next one at once.
void BenchMeter::note_pulses() {
  for (std::size_t k = 0; k < METER_PULSE_OUTPUTS; ++k) {
    const models::PulseOutput& output =
        node_->board().pulses.output(static_cast<meter_pulse_output>(k));
    std::vector<kernel::TimeNs>& seen = pulses_[k];
    kernel::TimeNs at = std::max(agenda_.now(), seen.empty() ? kernel::TimeNs{0} : seen.back());
    while ((at = output.next_pulse(at)) != kernel::kNever) seen.push_back(at);
  }
}

}  // namespace sim::typetest
