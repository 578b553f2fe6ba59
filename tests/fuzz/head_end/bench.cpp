// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/head_end/bench.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace hes_fuzz {

void require(bool condition) {
  if (!condition) std::abort();
}

Bench::Bench(bool with_type)
    : inventory_(hes_test::plc_inventory(kMeters, 1)),
      store_(hes::StoreOptions{":memory:", false, false}) {
  for (unsigned k = 0; k < kMeters; ++k) meters.push_back(std::make_unique<FakeMeter>(k));
  concentrator.rows[inventory_[kMeters].serial];
  hes::EngineConfig config;
  config.closing_spread_s = 0;
  std::vector<hes::TypeTemplate> types;
  if (with_type) types.push_back(hes_test::fake_type());
  head_end_ = std::make_unique<hes::LocalHeadEnd>(config, inventory_, types, store_, *this, log_,
                                                  random_, *this, now_);
}

hes::ConnectionId Bench::open(hes::Door door) {
  const hes::ConnectionId connection = ++last_connection_;
  open_.insert(connection);
  ++opened_;
  head_end_->open(connection, door);
  deliver();
  return connection;
}

void Bench::say(hes::ConnectionId connection, protocol::Bytes octets) {
  head_end_->data(connection, octets);
  deliver();
}

void Bench::close_line(hes::ConnectionId connection) {
  open_.erase(connection);
  of_meter_.erase(connection);
  head_end_->closed(connection);
  deliver();
}

Octets Bench::last_heard(hes::ConnectionId connection) const {
  const auto found = last_.find(connection);
  return found == last_.end() ? Octets{} : found->second;
}

void Bench::hand_to_meter(hes::ConnectionId connection, std::size_t meter) {
  of_meter_[connection] = meter;
  say(connection, meters[meter]->announce());
}

void Bench::send(hes::ConnectionId connection, protocol::Bytes octets) {
  octets_down_ += octets.size();
  last_[connection].assign(octets.begin(), octets.end());
  const auto found = of_meter_.find(connection);
  if (found == of_meter_.end()) return;
  Octets answer = meters[found->second]->answer(octets, now_s());
  if (!answer.empty()) answers_.emplace_back(connection, std::move(answer));
}

void Bench::deliver() {
  head_end_->deliver(now_);
  while (!answers_.empty()) {
    for (const auto& [connection, octets] : std::exchange(answers_, {})) {
      head_end_->data(connection, octets);
    }
    head_end_->deliver(now_);
  }
}

void Bench::run_s(std::int64_t seconds) {
  const hes::UtcNs end = now_ + seconds * hes::kNsPerSecond;
  for (;;) {
    const hes::UtcNs next = std::min(head_end_->next_deadline(), next_capture_);
    if (next > end) break;
    now_ = std::max(now_, next);
    if (next_capture_ <= now_) capture();
    head_end_->advance(now_);
    deliver();
    ++wakes_;
  }
  now_ = end;
  deliver();
}

void Bench::capture() {
  for (const auto& meter : meters) {
    const int n = static_cast<int>(meter->rows.size());
    meter->rows.push_back(hes_test::row(now_s(), 1000 + 10 * n));
  }
  next_capture_ += kPeriodS * hes::kNsPerSecond;
}

void Bench::submit(hes::Order order) {
  ++submitted_;
  order.valid_until = now_ + 3600 * hes::kNsPerSecond;
  head_end_->submit(order);
  deliver();
}

const std::string& Bench::serial(std::size_t meter) const {
  return inventory_[static_cast<hes::MeterIndex>(std::min(meter, kMeters))].serial;
}

// Nobody without a meter's keys can make up a row of it, on whichever road.
void Bench::row_stored(hes::MeterIndex meter, const hes::Obis& profile, const hes::Row& row,
                       hes::UtcNs) {
  if (meter >= kMeters) return;  // whoever speaks for the concentrator speaks for this one
  require(profile == hes::kLoadProfile);
  const auto is_it = [&](const hes::Row& sent) {
    return sent.stamp_utc_s == row.stamp_utc_s && sent.status == row.status &&
           std::equal(sent.values.begin(), sent.values.begin() + 6, row.values.begin());
  };
  require(std::any_of(meters[meter]->rows.begin(), meters[meter]->rows.end(), is_it));
}

void Bench::order_finished(const hes::OrderResult& result) {
  require(++results_[result.id] == 1);
  require(result.id >= 1 && result.id <= submitted_);
}

void Bench::check_orders() const { require(results_.size() == submitted_); }

std::size_t Bench::stored(std::size_t meter, const hes::Row& row) {
  std::size_t n = 0;
  store_.for_each_row(static_cast<hes::MeterIndex>(meter), store_.profile(hes::kLoadProfile),
                      [&](const hes::Row& each, unsigned) {
                        n += each.stamp_utc_s == row.stamp_utc_s && each.values == row.values;
                      });
  return n;
}

// What the head-end does is in proportion to what it hears and to the time that passes.
void Bench::check_work(std::size_t words) const {
  constexpr std::size_t kWakesOfAWord = 64;
  constexpr std::size_t kOctetsOfAWord = 8192;
  const auto minutes =
      static_cast<std::size_t>((now_ - hes_test::World::kBegin) / (60 * hes::kNsPerSecond));
  require(wakes_ <= 500 + 4 * minutes + kWakesOfAWord * words);
  require(octets_down_ <= 65'536 + 256 * minutes + kOctetsOfAWord * words);
  require(head_end_->engine().connections() <= open_.size() + 1 && open_.size() <= opened_);
}

}  // namespace hes_fuzz
