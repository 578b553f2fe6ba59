// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "hes-stub/core/context.hpp"
#include "hes-stub/core/types.hpp"
#include "hes-stub/meters/row_numbers.hpp"
#include "protocol/cosem/types.hpp"

namespace hes {

// Things to do for a meter, as bits.
enum Want : std::uint8_t {
  kWantLearn = 1,
  kWantRows = 2,
  kWantClosing = 4,
  kWantMonth = 8,
  kWantClock = 16
};

// The closings, of days and of months.
struct ClosingFacts {
  Obis profile;
  Want want;
};
inline constexpr ClosingFacts kClosings[] = {{kDailyClosing, kWantClosing},
                                             {kMonthlyClosing, kWantMonth}};
inline constexpr std::size_t kClosingKinds = std::size(kClosings);
constexpr std::size_t kind_of(Want want) { return want == kWantMonth ? 1 : 0; }

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

  // What a pull asks the profile for.
  protocol::cosem::Selection selection(MeterIndex meter, Want want) const;
  // The meter is to be asked for its capture counter first, and what came of it: none, refused.
  bool wants_counter(MeterIndex meter) const {
    return meters_[meter].pull.kind == Pull::Kind::counter;
  }
  void counter_read(MeterIndex meter, std::optional<std::uint32_t> last);
  // Rows of one delivery that the store has just taken, whoever brought them; `arrival_s` as in
  // Row.
  void note_rows(MeterIndex meter, const Obis& profile, std::span<const Row> rows,
                 std::int64_t arrival_s);
  // The answer, after note_rows(). What was asked for is stored, or known not to exist as far as
  // the meter has passed it.
  void rows_pulled(MeterIndex meter, std::span<const Row> rows);
  void closing_pulled(MeterIndex meter, Want want, std::span<const Row> rows);
  void pull_refused(MeterIndex meter, Want want, protocol::cosem::AccessResult result);
  // The meter's columns are not those of its type: hours pass before it is asked again.
  void columns_changed(MeterIndex meter, Want want);
  // The answer was larger than a session holds.
  void pull_too_long(MeterIndex meter, Want want);
  void clock_read(MeterIndex meter) { meters_[meter].clock_checked_s = context_.now_s(); }
  // The meter's clock minus ours, before and after it was set.
  void clock_moved(MeterIndex meter, UtcNs deviation_before, UtcNs deviation_after);

 private:
  // The pull of the load profile that is wanted.
  struct Pull {
    // `counter`: first the number that the meter gave last.
    enum class Kind : std::uint8_t { stamps, twice, counter, tail, hole } kind = Kind::stamps;
    bool open_end = false;
    std::int64_t to_s = 0;  // stamps: the last one
    protocol::cosem::Selection selection;
  };
  struct Plan {
    // A closing that is not there, or is refused, is asked for again.
    static constexpr std::int64_t kClosingAgainS = 3600;
    // So is a row, when the meter gives no others either.
    static constexpr std::int64_t kRefusedAgainS = 3600;
    static constexpr std::int64_t kChangedAgainS = 6 * 3600;

    void begin_numbers(std::uint32_t before);                  // all up to here counts as seen
    std::int64_t most_rows(const EngineConfig& config) const;  // of one pull
    std::uint32_t last_of_part(const EngineConfig& config, std::uint32_t first) const;
    void hold_back(const Context& context);
    // How many numbers of what was asked for, up to the last one, no row has.
    std::uint32_t left_out(std::uint32_t last, std::span<const Row> rows) const;
    bool counts_anew(std::span<const std::uint8_t> is_new, std::span<const Row> rows) const;

    // So many numbers up to `last` are missing that may be theirs.
    struct Hint {
      std::uint32_t numbers = 0;
      std::uint32_t last = 0;
      void add(std::uint32_t more, std::uint32_t until);
    };
    struct Closings {
      bool numbers_refused = false;  // they have numbers and are not selected by them
      Hint hint;
      std::uint32_t newest = 0;   // number
      std::int64_t spread_s = 0;  // after midnight; the same for both
      std::int64_t until_s = 0;
      std::int64_t again_s = 0;  // the row was not there: ask again then
    };
    // Of asking by number for a part of what is missing.
    struct Parts {
      std::uint32_t hole = 0;            // the oldest one begins here ...
      std::int64_t hole_since_s = 0;     // ... and was first seen then
      bool more = false;                 // a part came: there may be more behind it
      bool reach_on = false;             // a part came back short: the next pull has no end
      bool too_many = false;             // without an end, or a hole as a whole, it was too long
      bool proved = false;               // a pull has succeeded since `doubtful` was refused
      std::uint8_t halvings = 0;         // of the rows of a part, until they fit
      std::uint32_t passed = 0;          // from the newest to here the meter has no rows
      std::uint32_t doubtful = 0;        // this row alone was refused
      std::int64_t changed_until_s = 0;  // rows of other columns came: nothing is asked until then
    };

    std::uint8_t wants = 0;
    bool counted = false;          // numbers have begun
    bool counter_checked = false;  // since rows came last
    bool numbers_refused = false;  // the load profile has numbers and is not selected by them
    std::uint8_t empty_pulls = 0;  // in a row
    Pull pull;
    Parts parts;
    std::array<Closings, kClosingKinds> closings;  // in the order of kClosings
    std::int64_t rows_again_s = 0;
    RowNumbers numbers;
    // Newest row of the load profile, by number; the largest stamp where there are none.
    std::uint32_t newest = 0;
    std::int64_t newest_stamp_s = INT64_MIN;
    std::int64_t newest_arrival_s = 0;
    // After its clock was set back: stamps lived twice, where a lost row leaves no missing stamp.
    StampRange twice;  // to 0: nothing to look at
    std::int64_t clock_checked_s = 0;
  };
  void plan_rows(MeterIndex meter);
  void plan_by_stamp(MeterIndex meter, std::int64_t due_s);
  void plan_by_number(MeterIndex meter, std::int64_t due_s);
  void plan_closing(MeterIndex meter, std::size_t kind);
  void plan_clock(MeterIndex meter);
  bool by_number(MeterIndex meter, const Obis& profile) const;
  bool closing_expected(MeterIndex meter) const;
  void want_rows(MeterIndex meter, const Pull& pull);
  void account(MeterIndex meter);
  void stamps_pulled(MeterIndex meter);
  void tail_pulled(MeterIndex meter, std::span<const Row> rows);
  void narrow(MeterIndex meter);
  void doubt(MeterIndex meter, std::uint32_t number);

  Context& context_;
  Types& types_;
  ProfileIndex load_profile_;
  std::array<ProfileIndex, kClosingKinds> closing_;
  std::vector<Plan> meters_;
};

}  // namespace hes
