// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "plc-channel/feeder/feeder.hpp"
#include "plc-channel/medium/beacon.hpp"

namespace plc {

// How likely a station misses a beacon of another at a time; constant over a noise epoch.
class BeaconLoss {
 public:
  virtual double beacon_loss(StationId source, StationId at, kernel::TimeNs start) const = 0;
  virtual std::uint64_t beacon_seed() const = 0;
  virtual std::uint32_t network() const = 0;

 protected:
  ~BeaconLoss() = default;
};

// One station's reception of one source's beacons, judged on demand. Not one draw a beacon but one
// a miss (or, on a bad link, one a beacon that comes through): how many go the usual way before one
// does not is geometric as long as the odds stay, and is drawn anew where a noise epoch begins,
// which changes nothing in its law. A draw is keyed by the time of the beacon it starts from, so
// that looking ahead, looking later or looking at each beacon gives the same misses.
class BeaconTrack {
 public:
  BeaconTrack() = default;
  BeaconTrack(const BeaconLoss& loss, StationId source, StationId at, const BeaconTimeline& line,
              kernel::TimeNs from)
      : loss_(&loss), source_(source), at_(at), line_(line), next_(line.first_from(from)) {}

  const BeaconTimeline& line() const { return line_; }
  // Another slot or period of the same source; the run of misses goes on.
  void retime(const BeaconTimeline& line, kernel::TimeNs from);
  // The source has fallen silent, or sends at times where nobody listens: misses from now on.
  void silence(bool silent);
  bool silent() const { return silent_; }

  // Judges what has ended at or before `now`.
  void settle(kernel::TimeNs now);
  // End of the next beacon not judged yet.
  kernel::TimeNs next_end() const { return line_.start(next_) + kBeaconNs; }

  // Looking ahead through beacons that begin before `horizon`; kNever: not among those.
  kernel::TimeNs find_received(kernel::TimeNs not_before, kernel::TimeNs horizon) const;
  kernel::TimeNs find_run(unsigned misses, kernel::TimeNs horizon) const;

  unsigned run() const { return counts_.run; }  // misses in a row at the end
  std::uint32_t received() const { return counts_.received; }
  std::uint32_t missed() const { return counts_.missed; }
  std::uint32_t missed_between() const {
    return counts_.missed_between;
  }  // first and last received
  bool heard() const { return counts_.received > 0; }
  kernel::TimeNs first_start() const { return first_start_; }  // of the first and last received
  kernel::TimeNs last_start() const { return last_start_; }
  unsigned last_sequence() const { return last_sequence_; }

 private:
  // Beacons from next_ up to `turn` go one way, the one at `turn` the other; but `end`, the first
  // beacon of the next noise epoch, is beyond this draw.
  struct Stretch {
    std::int64_t turn;
    std::int64_t end;
    bool received;  // those before the turn
  };
  const Stretch& stretch();
  // Takes beacons of one kind, at most so many, none at or beyond `to`.
  void take(std::int64_t to, unsigned most_misses);
  void take_received(std::int64_t n);
  void take_misses(std::int64_t n);

  const BeaconLoss* loss_ = nullptr;
  StationId source_ = 0;
  StationId at_ = 0;
  BeaconTimeline line_;
  std::int64_t next_ = 0;
  Stretch stretch_{0, 0, true};
  bool drawn_ = false;  // stretch_ holds for next_
  bool silent_ = false;
  // 32 bits are 84 years of beacons.
  struct Counts {
    std::uint32_t run = 0;
    std::uint32_t received = 0;
    std::uint32_t missed = 0;
    std::uint32_t missed_between = 0;
    std::uint32_t missed_since = 0;  // the last received
  };
  Counts counts_;
  kernel::TimeNs first_start_ = 0;
  kernel::TimeNs last_start_ = 0;
  unsigned last_sequence_ = 0;
};

}  // namespace plc
