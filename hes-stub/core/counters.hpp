// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace hes {

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
  std::uint64_t image_parts = 0;    // handed out
  std::uint64_t image_refused = 0;  // asked for: of no open order, or out of the image
  std::uint64_t replaced = 0;       // concentrators that began to count anew
  std::uint64_t rows_refused = 0;   // with a register that the store cannot hold
  std::uint64_t parts_refused = 0;  // meters left out of a report that is taken for the rest
};

struct EngineCounters {
  std::uint64_t malformed = 0;        // messages that are none of ours, or broken inside
  std::uint64_t framing_lost = 0;     // connections closed for it
  std::uint64_t unknown_title = 0;    // announcements of meters that are not in the inventory
  std::uint64_t not_authentic = 0;    // pushes whose tag does not fit the meter's keys
  std::uint64_t replayed = 0;         // pushes whose counter is not above the last
  std::uint64_t foreign = 0;          // pushes of another meter than the connection's
  std::uint64_t unknown_profile = 0;  // pushes that the type has no columns for
  std::uint64_t columns_changed = 0;  // deliveries whose columns a client of the meter has changed
  std::uint64_t rows_without_time = 0;
  std::uint64_t rows_refused = 0;  // beyond what a day may hold
  std::uint64_t announces = 0;
  std::uint64_t heartbeats = 0;
  std::uint64_t pushes = 0;
  std::uint64_t alarms = 0;  // told by meters behind modules
  std::uint64_t pulls = 0;   // GET of a range, finished
  std::uint64_t rows = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t replaced = 0;    // connections that a newer one of the same meter replaced
  std::uint64_t claims = 0;      // connections that announced a meter which another one has
  std::uint64_t not_proved = 0;  // of these, closed: the meter did not prove to be there
  std::uint64_t silent = 0;      // connections closed for want of a heartbeat
  std::uint64_t associations = 0;
  std::uint64_t rejected = 0;  // associations
  std::uint64_t timeouts = 0;  // answers that did not come
  std::uint64_t gave_up = 0;   // sessions that ended by failure and backed off
  ConcentratorCounters p32;
};

}  // namespace hes
