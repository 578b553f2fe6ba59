// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Beginning, timer, and the commit of every minute.
#include "hes-stub/meters/engine.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace hes {
namespace {

// A counter read long ago may be behind by what was sent since the last commit.
constexpr std::uint32_t kCounterJump = 1000;

std::uint16_t type_index(std::vector<TypeState>& types, const std::string& firmware) {
  const auto is = [&firmware](const TypeState& type) { return type.firmware == firmware; };
  const auto at = std::find_if(types.begin(), types.end(), is);
  if (at != types.end()) return static_cast<std::uint16_t>(at - types.begin());
  types.emplace_back().firmware = firmware;
  return static_cast<std::uint16_t>(types.size() - 1);
}

}  // namespace

Engine::Engine(const EngineConfig& config, const Inventory& inventory,
               const std::vector<TypeTemplate>& types, const Ports& ports, Store& store,
               Observer& observer)
    : config_(config),
      inventory_(inventory),
      ports_(ports),
      store_(store),
      observer_(observer),
      concentrators_(config_, inventory, ports.stream, ports.clock, store, observer, deadlines_,
                     counters_, *this) {
  store_.set_meters(inventory, config.zone);
  load_profile_ = store_.profile(kLoadProfile);
  closing_ = store_.profile(kDailyClosing);
  for (const TypeTemplate& type : types) {
    TypeState& state = types_[type_index(types_, type.firmware)];
    state.type = type;
    state.known = true;
    store_.save_type(type);
  }
  for (const TypeTemplate& type : store_.load_types()) {  // learnt in an earlier run
    TypeState& state = types_[type_index(types_, type.firmware)];
    if (!state.known) state.type = type;
    state.known = true;
  }
  meters_.resize(inventory.size());
}

Engine::~Engine() = default;

void Engine::start() {
  started_at_ = now();
  for (MeterIndex meter = 0; meter < meters_.size(); ++meter) {
    MeterState& state = meters_[meter];
    state.type = type_index(types_, inventory_[meter].firmware);
    const std::uint32_t reserved = store_.record(meter).client_reserved;
    if (reserved != 0 && reserved < std::numeric_limits<std::uint32_t>::max() - kCounterJump) {
      state.client_counter = reserved + kCounterJump;
    }
    const std::int64_t from = config_.collect_from_utc_s.value_or(now_s());
    store_.begin_series(meter, load_profile_, from);
    store_.begin_series(meter, closing_, from);
    state.clock_checked_s = now_s();
    if (inventory_[meter].concentrator != kNoConcentrator) continue;
    state.closing_spread_s = draw_below(config_.closing_spread_s + 1);
  }
  last_order_ = concentrators_.start();
  settle_up();
}

std::int64_t Engine::draw_below(std::int64_t n) {
  std::array<std::uint8_t, 8> octets;
  ports_.random.fill(octets);
  protocol::Reader in(octets);
  // 2^64 is so far above any n here that the remainder's bias does not matter.
  return static_cast<std::int64_t>(in.u64() % static_cast<std::uint64_t>(n));
}

void Engine::log(std::string_view text) { ports_.log.line(now(), text); }

void Engine::on_timer() {
  armed_ = kNever;
  const UtcNs at = now();
  while (deadlines_.next() <= at) run_deadline(deadlines_.pop());
  settle_up();
}

void Engine::run_deadline(const Deadline& deadline) {
  const auto meter = static_cast<MeterIndex>(deadline.index);
  switch (deadline.kind) {
    case Deadline::Kind::commit:
      commit_set_ = false;
      commit_now();
      return;
    case Deadline::Kind::check:
      check(meter, deadline.generation);
      return;
    case Deadline::Kind::supervise:
      supervise(deadline.index);
      return;
    case Deadline::Kind::session: {
      ActiveSession& session = *sessions_[deadline.index];
      if (session.generation == deadline.generation) on_session_timer(session);
      return;
    }
    case Deadline::Kind::retry:
      enqueue(meter);
      return;
    case Deadline::Kind::order_from: {
      const auto found = orders_.find(deadline.index);
      if (found != orders_.end()) enqueue(found->second.result.order.meter);
      return;
    }
    case Deadline::Kind::order_until:
      if (!concentrators_.on_order_until(deadline.index)) expire_order(deadline.index);
      return;
    case Deadline::Kind::p32_commit:
    case Deadline::Kind::p32_silence:
    case Deadline::Kind::p32_check:
    case Deadline::Kind::p32_dial:
    case Deadline::Kind::p32_client:
      concentrators_.on_deadline(deadline);
      return;
  }
}

void Engine::settle_up() {
  pump();
  note_dirty();
  const UtcNs next = deadlines_.next();
  if (next == armed_) return;
  armed_ = next;
  ports_.timer.arm(next);
}

// The store is written once a minute, on the minute, and only when there is something.
void Engine::note_dirty() {
  if (commit_set_ || !store_.dirty()) return;
  commit_set_ = true;
  const UtcNs period = config_.commit_period_s * kNsPerSecond;
  deadlines_.add((now() / period + 1) * period, Deadline::Kind::commit, 0);
}

void Engine::commit_now() {
  store_.commit();
  concentrators_.committed();
}

const ProfileType* Engine::columns_of(MeterIndex meter, const Obis& profile) const {
  const TypeState& type = types_[meters_[meter].type];
  return type.known ? type.type.profile(profile) : nullptr;
}

std::uint32_t Engine::take_rows(MeterIndex meter, const Obis& profile, std::vector<Row>& rows) {
  rows_.swap(rows);
  return store_rows(meter, profile, Delivery::report, now()).added;
}

void Engine::clock_checked(MeterIndex meter, UtcNs deviation) {
  store_.add_event(now(), meter, "clock deviation ns", std::to_string(deviation));
  observer_.clock_checked(meter, deviation, now());
}

}  // namespace hes
