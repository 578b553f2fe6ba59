// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the engine remembers of a meter, a connection, an association and an order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hes-stub/inventory/type_template.hpp"
#include "hes-stub/meters/frame_assembler.hpp"
#include "hes-stub/orders/order.hpp"
#include "hes-stub/ports/observer.hpp"
#include "protocol/dlms/client.hpp"

namespace hes {

inline constexpr std::uint32_t kNoSession = UINT32_MAX;

struct ConcentratorCounters {
  std::uint64_t http_refused = 0;  // connections closed for what is no HTTP of ours
  std::uint64_t malformed = 0;     // documents refused with a located error
  std::uint64_t denied = 0;        // unknown sender, not for us, another than the certificate's
  std::uint64_t unexpected = 0;    // kinds that only a head-end sends; answers to nothing
  std::uint64_t hellos = 0;
  std::uint64_t polls = 0;
  std::uint64_t acks = 0;
  std::uint64_t reports = 0;   // taken over
  std::uint64_t repeated = 0;  // had them: dropped
  std::uint64_t rows = 0;      // new ones of profiles
  std::uint64_t duplicates = 0;
  std::uint64_t meter_errors = 0;    // meters with an error inside a good report
  std::uint64_t unknown_meters = 0;  // not in the inventory, or of another concentrator: left out
  std::uint64_t handed = 0;          // orders and requests, repetitions included
  std::uint64_t refused = 0;         // orders and requests that a concentrator refused
  std::uint64_t requests = 0;        // for missing rows
  std::uint64_t given_up = 0;        // of these, meters that did not answer often enough
  std::uint64_t silent = 0;          // connections closed for want of a message
  std::uint64_t dial_failed = 0;
  std::uint64_t replaced = 0;  // concentrators that began to count anew
};

struct EngineCounters {
  std::uint64_t malformed = 0;        // messages that are none of ours, or broken inside
  std::uint64_t framing_lost = 0;     // connections closed for it
  std::uint64_t unknown_title = 0;    // announcements of meters that are not in the inventory
  std::uint64_t not_authentic = 0;    // pushes whose tag does not fit the meter's keys
  std::uint64_t replayed = 0;         // pushes whose counter is not above the last
  std::uint64_t foreign = 0;          // pushes of another meter than the connection's
  std::uint64_t unknown_profile = 0;  // pushes that the type has no columns for
  std::uint64_t rows_without_time = 0;
  std::uint64_t rows_refused = 0;  // beyond what a day may hold
  std::uint64_t announces = 0;
  std::uint64_t heartbeats = 0;
  std::uint64_t pushes = 0;
  std::uint64_t pulls = 0;  // GET of a range, finished
  std::uint64_t rows = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t replaced = 0;  // connections that a newer one of the same meter replaced
  std::uint64_t silent = 0;    // connections closed for want of a heartbeat
  std::uint64_t associations = 0;
  std::uint64_t rejected = 0;  // associations
  std::uint64_t timeouts = 0;  // answers that did not come
  std::uint64_t gave_up = 0;   // sessions that ended by failure and backed off
  ConcentratorCounters p32;
};

struct Connection {
  ConnectionId id = kNoConnection;
  MeterIndex meter = kNoMeter;
  bool dead = false;  // dropped while its octets are still being looked at
  UtcNs opened = 0;
  UtcNs last_heard = 0;
  std::uint64_t octets_up = 0;
  std::uint64_t octets_down = 0;
  FrameAssembler assembler;
};

// Things to do for a meter, as bits.
enum Want : std::uint8_t { kWantLearn = 1, kWantRows = 2, kWantClosing = 4, kWantClock = 8 };

struct MeterState {
  ConnectionId connection = kNoConnection;
  std::uint32_t session = kNoSession;
  std::uint32_t check_generation = 0;
  std::uint32_t client_counter = 0;  // the next of ours with this meter's key; 0: must be read
  std::uint16_t type = 0;
  std::uint8_t wants = 0;
  std::uint8_t failures = 0;  // in a row
  bool queued = false;        // in a waiting line; twice when an order overtook a job
  UtcNs not_before = 0;       // backed off until then
  std::int64_t closing_spread_s = 0;
  std::int64_t rows_from_s = 0;  // first and last stamp that the pull is for
  std::int64_t rows_to_s = 0;
  // After its clock was set back: stamps lived twice, where a lost row leaves no missing stamp.
  std::int64_t twice_from_s = 0;
  std::int64_t twice_to_s = 0;  // 0: nothing to look at
  std::int64_t closing_until_s = 0;
  std::int64_t closing_again_s = 0;  // the row was not there: ask again then
  std::int64_t clock_checked_s = 0;
  std::vector<OrderId> orders;  // open ones, oldest first
};

// A push of a type whose columns are not known yet.
struct HeldPush {
  MeterIndex meter;
  UtcNs arrival;
  std::uint32_t octets;
  std::vector<std::uint8_t> body;
};

// Meters of one firmware.
struct TypeState {
  std::string firmware;
  bool known = false;
  TypeTemplate type;
  MeterIndex learner = kNoMeter;  // who is being asked
  std::vector<HeldPush> held;
};

struct PendingOrder {
  OrderResult result;
  bool in_hand = false;    // a session is at it
  bool uncertain = false;  // sent, and no answer came: it may have been done
  bool has_deviation = false;
  UtcNs deviation = 0;  // of the meter's clock before a shift
};

// One association at work. Its buffers stay when the next meter takes it over.
struct ActiveSession {
  enum class Step : std::uint8_t {
    free,
    associating,
    reading_counter,  // public client
    releasing_public,
    learning,
    pulling_rows,
    pulling_closing,
    reading_clock,
    correcting_clock,
    order_clock,  // reading the clock around a shift
    order,
    idle,
    releasing,
  };
  std::uint32_t index = 0;
  MeterIndex meter = kNoMeter;
  Step step = Step::free;
  bool public_client = false;
  bool counter_read = false;     // in this session already: a second rejection is final
  std::uint32_t generation = 0;  // of its timer
  std::int64_t attempts = 0;     // of the job in hand
  OrderId order = 0;
  std::int64_t pull_to_s = 0;  // last stamp of the range asked for
  std::size_t learn_at = 0;    // next attribute to learn
  TypeTemplate learnt;
  UtcNs begun = 0;  // the exchange
  UtcNs sent = 0;   // the last request
  std::uint32_t octets_up = 0;
  std::uint32_t octets_down = 0;
  std::optional<protocol::dlms::ClientSession> client;
  std::vector<std::uint8_t> work;
};

}  // namespace hes
