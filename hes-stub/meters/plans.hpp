// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hes-stub/core/context.hpp"
#include "hes-stub/core/types.hpp"

namespace hes {

// Things to do for a meter, as bits.
enum Want : std::uint8_t { kWantLearn = 1, kWantRows = 2, kWantClosing = 4, kWantClock = 8 };

// What a meter is to be asked for: what is missing, and what the day asks for.
class Plans {
 public:
  Plans(Context& context, Types& types);
  void start();  // when collecting begins, if neither config nor store says

  // Looks at the meter anew.
  void plan(MeterIndex meter);
  bool wants(MeterIndex meter) const { return meters_[meter].wants != 0; }
  bool wants(MeterIndex meter, Want want) const { return (meters_[meter].wants & want) != 0; }
  void drop(MeterIndex meter, Want want);
  void drop_all(MeterIndex meter) { meters_[meter].wants = 0; }

  StampRange rows(MeterIndex meter) const { return meters_[meter].rows; }
  // What was asked for is stored, or known not to exist.
  void rows_pulled(MeterIndex meter, std::int64_t to_s);
  StampRange closing(MeterIndex meter) const;
  // `there`: the last closing asked for came.
  void closing_pulled(MeterIndex meter, std::int64_t to_s, bool there);
  void clock_read(MeterIndex meter) { meters_[meter].clock_checked_s = context_.now_s(); }
  // The meter's clock minus ours, before and after it was set.
  void clock_moved(MeterIndex meter, UtcNs deviation_before, UtcNs deviation_after);

 private:
  struct Plan {
    std::uint8_t wants = 0;
    std::int64_t closing_spread_s = 0;
    StampRange rows;
    // After its clock was set back: stamps lived twice, where a lost row leaves no missing stamp.
    StampRange twice;  // to 0: nothing to look at
    std::int64_t closing_until_s = 0;
    std::int64_t closing_again_s = 0;  // the row was not there: ask again then
    std::int64_t clock_checked_s = 0;
  };
  void plan_rows(MeterIndex meter);
  void plan_closing(MeterIndex meter);
  void plan_clock(MeterIndex meter);

  Context& context_;
  Types& types_;
  ProfileIndex load_profile_;
  ProfileIndex closing_;
  std::vector<Plan> meters_;
};

}  // namespace hes
